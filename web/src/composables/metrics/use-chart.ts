import uPlot from 'uplot';
import { onMounted, onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import type { Band } from './chart-band.ts';
import { CHART_HEIGHT, chartOptions } from './chart-options.ts';
import type { Mark } from './marks.ts';
import type { Chart } from './stats-charts.ts';
import { TokenColours } from './token-colours.ts';

export interface ChartSource {
  /** Its title, unit and the names of its lines stay. */
  readonly chart: Chart;
  /** In seconds since the Unix epoch. */
  readonly times: readonly number[];
  readonly marks: readonly Mark[];
  readonly band: Band | undefined;
}

/** Draws a chart into an element, as wide as that is. Returns the place in the times that is under the pointer, in any chart. */
export function useChart(
  host: Readonly<Ref<HTMLElement | null>>,
  source: () => ChartSource,
): Readonly<ShallowRef<number | undefined>> {
  const cursor = shallowRef<number>();
  const stops: (() => void)[] = [];

  onMounted(() => {
    const element = host.value!;
    const colours = new TokenColours(element);
    const chart = new uPlot(
      chartOptions(
        source().chart,
        {
          colourOf: (token) => colours.read(token),
          font: `12px ${getComputedStyle(element).fontFamily}`,
          width: element.clientWidth,
          marks: () => source().marks,
          band: () => source().band,
        },
        (index) => (cursor.value = index),
      ),
      dataOf(source()),
      element,
    );
    const sizes = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== chart.width) chart.setSize({ width, height: CHART_HEIGHT });
    });
    sizes.observe(element);
    stops.push(
      watch(source, (now) => chart.setData(dataOf(now))),
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

function dataOf({ chart, times }: ChartSource): uPlot.AlignedData {
  return [[...times], ...chart.lines.map(({ values }) => [...values])];
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
