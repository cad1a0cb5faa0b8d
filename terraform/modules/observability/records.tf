# What CloudWatch makes of records: metrics and saved queries.

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = { for metric in var.log_metrics : metric.name => metric }

  name           = "${var.name}-${each.key}"
  log_group_name = var.log_group
  pattern        = each.value.pattern

  metric_transformation {
    namespace = var.metric_namespace
    name      = each.key
    value     = each.value.value
    unit      = each.value.unit
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.queries

  name            = "${var.name}/${each.key}"
  log_group_names = [var.log_group]
  query_string    = trimspace(each.value)
}
