# The dashboard: two widgets in a row.

locals {
  # Each widget is merged from lists of one or none: the two kinds are of different types.
  widgets = [
    for index, widget in var.dashboard : merge(concat(
      [{ x = 12 * (index % 2), y = 6 * floor(index / 2), width = 12, height = 6 }],
      [for query in compact([widget.query]) : {
        type = "log"
        properties = {
          title  = widget.title
          region = var.region
          view   = "table"
          query  = "SOURCE '${var.log_group}' | ${trimspace(var.queries[query])}"
        }
      }],
      [for metrics in widget.query == null ? [widget.metrics] : [] : {
        type = "metric"
        properties = merge(concat(
          [{
            title   = widget.title
            region  = var.region
            view    = "timeSeries"
            stacked = false
            period  = 60
            metrics = [for number, metric in metrics : local.lines["${index}.${number}"]]
          }],
          [
            for alert in var.alerts : { annotations = { horizontal = [{ label = alert.name, value = alert.threshold }] } }
            if alert.name == widget.threshold_of
          ],
        )...)
      }],
    )...)
  ]

  # A load balancer's dimension is known only once it is there; a search by the parts of its name finds it.
  lines = merge([
    for index, widget in var.dashboard : {
      for number, metric in widget.metrics : "${index}.${number}" => concat(
        [for _ in metric.of == "load_balancer" ? [metric] : [] : {
          id         = "m${number}"
          label      = "${metric.metric} ${metric.statistic}"
          expression = "SEARCH('{AWS/ApplicationELB,LoadBalancer} MetricName=\"${metric.metric}\" ${join(" ", split("-", var.name))}', '${metric.statistic}', 60)"
        }],
        flatten([for _ in metric.of == "load_balancer" ? [] : [metric] : [
          local.sources[metric.of].namespace, metric.metric,
          [for key, value in local.sources[metric.of].dimensions : [key, value]],
        ]]),
        [for _ in metric.of == "load_balancer" ? [] : [metric] : { stat = metric.statistic }],
      )
    }
  ]...)
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.widgets })
}
