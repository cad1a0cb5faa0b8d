# All alarms. `acts`: notifies; those of one window of a burn rate only feed a composite.

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.evaluations
  datapoints_to_alarm = each.value.datapoints
  treat_missing_data  = each.value.missing
  alarm_actions       = each.value.acts ? [local.topic_arns[each.value.severity]] : []
  ok_actions          = each.value.acts ? [local.topic_arns[each.value.severity]] : []
  tags                = { Name = "${var.name}-${each.key}" }

  # One metric: as it is.
  period             = contains(keys(local.plain), each.key) ? each.value.period : null
  namespace          = try(local.sources[local.plain[each.key].of].namespace, null)
  metric_name        = try(local.plain[each.key].metric, null)
  dimensions         = try(local.sources[local.plain[each.key].of].dimensions, null)
  statistic          = try(startswith(local.plain[each.key].statistic, "p") ? null : local.plain[each.key].statistic, null)
  extended_statistic = try(startswith(local.plain[each.key].statistic, "p") ? local.plain[each.key].statistic : null, null)

  # An expression over some metrics.
  dynamic "metric_query" {
    for_each = each.value.expression == null ? {} : each.value.metrics
    content {
      id          = metric_query.key
      return_data = false
      metric {
        namespace   = local.sources[metric_query.value.of].namespace
        metric_name = metric_query.value.metric
        dimensions  = local.sources[metric_query.value.of].dimensions
        period      = each.value.period
        stat        = metric_query.value.statistic
      }
    }
  }
  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value.expression]
    content {
      id          = "value"
      label       = each.key
      expression  = metric_query.value
      return_data = true
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "anomaly" {
  alarm_name          = "${var.name}-${var.anomaly.name}"
  alarm_description   = "${var.anomaly.summary}; ${replace(var.aws_runbook_url, "{name}", lower(var.anomaly.name))}"
  comparison_operator = "LessThanLowerOrGreaterThanUpperThreshold"
  threshold_metric_id = "band"
  evaluation_periods  = var.anomaly.datapoints[1]
  datapoints_to_alarm = var.anomaly.datapoints[0]
  treat_missing_data  = var.anomaly.missing
  alarm_actions       = [local.topic_arns[var.anomaly.severity]]
  ok_actions          = [local.topic_arns[var.anomaly.severity]]
  tags                = { Name = "${var.name}-${var.anomaly.name}" }

  metric_query {
    id          = "value"
    return_data = true
    metric {
      namespace   = local.sources[var.anomaly.metric.of].namespace
      metric_name = var.anomaly.metric.metric
      dimensions  = local.sources[var.anomaly.metric.of].dimensions
      period      = var.anomaly.period
      stat        = var.anomaly.metric.statistic
    }
  }
  metric_query {
    id          = "band"
    label       = var.anomaly.name
    expression  = "ANOMALY_DETECTION_BAND(value, ${var.anomaly.deviations})"
    return_data = true
  }
}

resource "aws_cloudwatch_composite_alarm" "burn_rate" {
  for_each = local.burn_alerts

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = "${each.value.summary}; ${local.runbooks[each.key]}"
  alarm_rule = join(" OR ", [
    for line in each.value.windows : format(
      "(ALARM(\"%s\") AND ALARM(\"%s\"))",
      aws_cloudwatch_metric_alarm.this["${each.key}-${line.long}"].alarm_name,
      aws_cloudwatch_metric_alarm.this["${each.key}-${line.short}"].alarm_name,
    )
  ])
  alarm_actions = [local.topic_arns[each.value.severity]]
  ok_actions    = [local.topic_arns[each.value.severity]]
  tags          = { Name = "${var.name}-${each.key}" }
}

locals {
  critical_alarms = sort(concat(
    [for name, alarm in local.alarms : aws_cloudwatch_metric_alarm.this[name].alarm_name if alarm.acts && alarm.severity == "critical"],
    [for name, alert in local.burn_alerts : aws_cloudwatch_composite_alarm.burn_rate[name].alarm_name if alert.severity == "critical"],
  ))
}

resource "aws_cloudwatch_composite_alarm" "page" {
  alarm_name        = "${var.name}-${var.page.name}"
  alarm_description = "${var.page.summary}; ${replace(var.aws_runbook_url, "{name}", lower(var.page.name))}"
  alarm_rule        = join(" OR ", [for name in local.critical_alarms : "ALARM(\"${name}\")"])
  alarm_actions     = [local.topic_arns[var.page.severity]]
  ok_actions        = [local.topic_arns[var.page.severity]]
  tags              = { Name = "${var.name}-${var.page.name}" }
}
