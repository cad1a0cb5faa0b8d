// The type of our dashboards: Grafana's, with the options of each kind of panel in place of `Record<string, unknown>`.
import type * as schema from "@grafana/schema";
import type * as barGauge from "@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen.d.ts";
import type * as heatmap from "@grafana/schema/dist/types/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen.d.ts";
import type * as logs from "@grafana/schema/dist/types/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen.d.ts";
import type * as loki from "@grafana/schema/dist/types/raw/composable/loki/dataquery/x/LokiDataQuery_types.gen.d.ts";
import type * as stat from "@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts";
import type * as stateTimeline from "@grafana/schema/dist/types/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.d.ts";
import type * as table from "@grafana/schema/dist/types/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts";
import type * as timeSeries from "@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts";
import type * as raw from "@grafana/schema/dist/types/raw/dashboard/x/dashboard_types.gen.d.ts";

/** What a value of type T is in JSON: TypeScript takes no text for an enum, JSON has nothing else. */
type Json<T> = T extends string
  ? `${T}`
  : T extends number
    ? `${T}` extends `${infer N extends number}` ? N : T
    : T extends boolean | null | undefined
      ? T
      : T extends Array<infer U>
        ? Json<U>[]
        : T extends object
          ? { [K in keyof T]: Json<T[K]> }
          : T;

/** Not in @grafana/schema: packages/grafana-prometheus/src/dataquery.ts of Grafana. */
interface PrometheusQuery {
  refId: string;
  datasource: { type: "prometheus"; uid: string };
  editorMode: "code";
  expr: string;
  legendFormat: string;
  format: "time_series" | "table" | "heatmap";
  instant: boolean;
  range: boolean;
  exemplar: boolean;
}

/** A link beside a value; that of a panel has more. @grafana/data: DataLink. */
interface ValueLink {
  title: string;
  url: string;
  targetBlank: boolean;
}

interface FieldDefaults<Custom> extends Omit<raw.FieldConfig, "custom" | "links"> {
  custom: Partial<Custom>;
  links?: ValueLink[];
}

interface OfKind<Kind extends string, Options, Custom, Query>
  extends Omit<raw.Panel, "type" | "options" | "fieldConfig" | "targets"> {
  type: Kind;
  title: string;
  description: string;
  options: Partial<Options>;
  fieldConfig: { defaults: FieldDefaults<Custom>; overrides: raw.FieldConfigSource["overrides"] };
  targets: Query[];
}

/** No options at all. */
type None = Record<string, never>;

type OurPanel =
  | OfKind<"timeseries", timeSeries.Options, timeSeries.FieldConfig, PrometheusQuery>
  | OfKind<"stat", stat.Options, None, PrometheusQuery>
  | OfKind<"table", table.Options, table.FieldConfig, PrometheusQuery>
  | OfKind<"bargauge", barGauge.Options, None, PrometheusQuery>
  | OfKind<"heatmap", heatmap.Options, None, PrometheusQuery>
  | OfKind<"state-timeline", stateTimeline.Options, stateTimeline.FieldConfig, PrometheusQuery>
  | OfKind<"logs", logs.Options, None, loki.LokiDataQuery>;

interface OurRow extends Omit<raw.RowPanel, "panels"> {
  panels: OurPanel[];
}

/** What the data source adds: packages/grafana-prometheus/src/annotations.ts of Grafana. */
interface OurAnnotation extends Omit<schema.AnnotationQuery, "target"> {
  expr: string;
  step: string;
  titleFormat: string;
  tagKeys: string;
  useValueForTime: boolean;
}

type Plain = Omit<schema.Dashboard, "panels" | "annotations" | "id">;

interface OurDashboard extends Plain {
  id: null;
  panels: (OurPanel | OurRow)[];
  annotations: { list: OurAnnotation[] };
}

export type CheckedDashboard = Json<OurDashboard>;
