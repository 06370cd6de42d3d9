import { createRouter, createWebHistory, type Router } from 'vue-router';
import GalleryPage from './pages/GalleryPage.vue';

export function createShoalRouter(): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', name: 'gallery', component: GalleryPage },
      { path: '/image', name: 'image', component: () => import('./pages/ImagePage.vue') },
      { path: '/pool', name: 'pool', component: () => import('./pages/PoolPage.vue') },
      { path: '/stats', name: 'stats', component: () => import('./pages/StatsPage.vue') },
      { path: '/scaling', name: 'scaling', component: () => import('./pages/ScalingPage.vue') },
      { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue') },
      { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue') },
      { path: '/:rest(.*)', name: 'nowhere', component: () => import('./pages/NowherePage.vue') },
    ],
    scrollBehavior: (to, from, saved) => {
      if (saved) return saved;
      const isSamePlace = to.path === from.path && to.query['key'] === from.query['key'];
      return isSamePlace ? undefined : { top: 0 };
    },
  });
}
