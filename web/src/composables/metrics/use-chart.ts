import uPlot from 'uplot';
import { onMounted, onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { CHART_HEIGHT, chartOptions } from './chart-options.ts';
import type { ChartPlan } from './stats-charts.ts';
import type { StatsWindow } from './stats-window.ts';
import { TokenColours } from './token-colours.ts';

/** Draws a chart into an element, as wide as that is. Returns the place in the window that is under the pointer, in any chart. */
export function useChart(
  host: Readonly<Ref<HTMLElement | null>>,
  plan: ChartPlan,
  window: () => StatsWindow,
): Readonly<ShallowRef<number | undefined>> {
  const cursor = shallowRef<number>();
  const stops: (() => void)[] = [];

  onMounted(() => {
    const element = host.value!;
    const colours = new TokenColours(element);
    const chart = new uPlot(
      chartOptions(
        plan,
        {
          colourOf: (token) => colours.read(token),
          font: `12px ${getComputedStyle(element).fontFamily}`,
          width: element.clientWidth,
        },
        (index) => (cursor.value = index),
      ),
      dataOf(plan, window()),
      element,
    );
    const sizes = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== chart.width) chart.setSize({ width, height: CHART_HEIGHT });
    });
    sizes.observe(element);
    stops.push(
      watch(window, (now) => chart.setData(dataOf(plan, now))),
      onThemeChange(() => {
        colours.forget();
        chart.redraw(false);
      }),
      () => sizes.disconnect(),
      () => chart.destroy(),
    );
  });
  onScopeDispose(() => stops.forEach((stop) => stop()));
  return cursor;
}

function dataOf({ lines }: ChartPlan, { times, points }: StatsWindow): uPlot.AlignedData {
  return [[...times], ...lines.map(({ valueOf }) => points.map((point) => (point ? valueOf(point) : null)))];
}

/** Calls the listener when the app or the system changes between light and dark. Returns the way to stop. */
function onThemeChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const choice = new MutationObserver(listener);
  system.addEventListener('change', listener);
  choice.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', listener);
    choice.disconnect();
  };
}
