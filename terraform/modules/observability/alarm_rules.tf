# From alerts in the words of the domain to CloudWatch's periods and datapoints: environments/README.md has the table.

locals {
  units = { s = 1, m = 60, h = 3600, d = 86400 }
  times = distinct(compact(concat(
    ["0s"],
    flatten([for alert in var.alerts : [alert.window, alert.hold]]),
    flatten([for alert in var.alerts : [for line in coalesce(alert.windows, []) : [line.long, line.short]]]),
  )))
  seconds     = { for time in local.times : time => tonumber(regex("^[0-9]+", time)) * local.units[regex("[smhd]$", time)] }
  comparisons = { ">" = "GreaterThanThreshold", ">=" = "GreaterThanOrEqualToThreshold", "<" = "LessThanThreshold", "<=" = "LessThanOrEqualToThreshold" }
  runbooks    = { for alert in var.alerts : alert.name => replace(var.runbook_url, "{name}", alert.name) }

  metric_alerts = { for alert in var.alerts : alert.name => alert if !contains(["always", "burn_rate"], alert.statistic) }
  burn_alerts   = { for alert in var.alerts : alert.name => alert if alert.statistic == "burn_rate" }
  period_of     = { for name, alert in local.metric_alerts : name => contains(["ratio", "percentile"], alert.statistic) ? local.seconds[alert.window] : 60 }
  evaluations_of = {
    for name, alert in local.metric_alerts : name => alert.statistic == "events"
    ? local.seconds[alert.window] / 60 : max(1, ceil(local.seconds[coalesce(alert.hold, "0s")] / local.period_of[name]))
  }

  from_alerts = {
    for name, alert in local.metric_alerts : name => {
      description = "${alert.summary}; ${local.runbooks[name]}"
      severity    = alert.severity
      acts        = true
      comparison  = local.comparisons[alert.statistic == "absent" ? "<" : alert.comparison]
      threshold   = alert.statistic == "absent" ? 1 : alert.threshold
      period      = local.period_of[name]
      evaluations = local.evaluations_of[name]
      datapoints  = alert.statistic == "events" ? 1 : local.evaluations_of[name]
      missing     = var.measures[name].missing
      metrics     = var.measures[name].metrics
      expression  = var.measures[name].expression == null ? null : replace(var.measures[name].expression, "{min_count}", coalesce(alert.min_count, 1))
      rollback    = false
    }
  }

  # One alarm for each window of a burn rate; the composite of them is in alarms.tf.
  burn_windows = merge(flatten([
    for name, alert in local.burn_alerts : [
      for line in alert.windows : {
        "${name}-${line.long}"  = { alert = name, window = line.long, factor = line.factor, min_count = coalesce(alert.min_count, 1) }
        "${name}-${line.short}" = { alert = name, window = line.short, factor = line.factor, min_count = 1 }
      }
    ]
  ])...)
  from_burn_rates = {
    for name, part in local.burn_windows : name => {
      description = "${local.burn_alerts[part.alert].summary}, within ${part.window}; ${local.runbooks[part.alert]}"
      severity    = local.burn_alerts[part.alert].severity
      acts        = false # the composite does
      comparison  = local.comparisons[">"]
      threshold   = part.factor
      period      = min(local.seconds[part.window], 86400)
      evaluations = local.seconds[part.window] / min(local.seconds[part.window], 86400)
      datapoints  = local.seconds[part.window] / min(local.seconds[part.window], 86400)
      missing     = var.measures[part.alert].missing
      metrics     = var.measures[part.alert].metrics
      expression = replace(
        replace(var.measures[part.alert].expression, "{min_count}", part.min_count),
        "{objective}", var.objectives[local.burn_alerts[part.alert].objective]
      )
      rollback = false
    }
  }

  from_aws = {
    for alarm in var.aws_alarms : alarm.name => {
      description = "${alarm.summary}; ${replace(var.aws_runbook_url, "{name}", lower(alarm.name))}"
      severity    = alarm.severity
      acts        = true
      comparison  = local.comparisons[alarm.comparison]
      threshold   = alarm.threshold == "service.min_tasks" ? var.min_tasks : tonumber(alarm.threshold)
      period      = alarm.period
      evaluations = alarm.datapoints[1]
      datapoints  = alarm.datapoints[0]
      missing     = alarm.missing
      metrics     = { value = alarm.metric }
      expression  = null
      rollback    = alarm.rollback
    }
  }

  alarms = merge(local.from_alerts, local.from_burn_rates, local.from_aws)
  plain  = { for name, alarm in local.alarms : name => one(values(alarm.metrics)) if alarm.expression == null }
}
