# From an alert to an alarm, by statistic: the table in environments/README.md.

mock_provider "aws" {}

variables {
  name             = "test-dev"
  account          = "123456789012"
  region           = "eu-west-1"
  key_arn          = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000"
  receivers        = { critical = ["oncall@example.com", "https://example.com/page"], warning = ["team@example.com"] }
  budget           = { monthly_usd = 100, notify = ["team@example.com"] }
  log_group        = "/test/dev/orders"
  metric_namespace = "test/dev"
  log_metrics      = [{ name = "LogErrors", pattern = "{ $.level = \"ERROR\" }", value = "1", unit = "Count" }]
  queries          = { errors = "filter level = \"ERROR\"\n" }
  load_balancer    = { dimension = "app/test-dev/0", target_group = "targetgroup/test-dev/0" }
  min_tasks        = 3
  objectives       = { availability = 0.999 }
  runbook_url      = "https://example.com/{name}.md"
  aws_runbook_url  = "https://example.com/aws.md#{name}"
  alerts = [
    { name = "Ratio", summary = "r", statistic = "ratio", severity = "critical", comparison = ">", threshold = 0.05, window = "5m", hold = "30s", min_count = 20 },
    { name = "Value", summary = "v", statistic = "value", severity = "warning", comparison = ">=", threshold = 0.9, hold = "5m" },
    { name = "Events", summary = "e", statistic = "events", severity = "critical", comparison = ">", threshold = 0, window = "15m", hold = "1m" },
    { name = "Absent", summary = "a", statistic = "absent", severity = "critical", hold = "90s" },
    { name = "Burn", summary = "b", statistic = "burn_rate", severity = "warning", objective = "availability", min_count = 20, windows = [{ long = "3d", short = "6h", factor = 1 }] },
    { name = "Always", summary = "w", statistic = "always", severity = "none" },
  ]
  measures = {
    Ratio  = { metrics = { errors = { of = "log", metric = "LogErrors", statistic = "Sum" } }, expression = "IF(errors >= {min_count}, 1, 0)", missing = "notBreaching" }
    Value  = { metrics = { used = { of = "service", metric = "MemoryUtilization", statistic = "Maximum" } }, missing = "notBreaching" }
    Events = { metrics = { failed = { of = "critical_topic", metric = "NumberOfNotificationsFailed", statistic = "Sum" } }, missing = "notBreaching" }
    Absent = { metrics = { records = { of = "log", metric = "LogErrors", statistic = "SampleCount" } }, missing = "breaching" }
    Burn   = { metrics = { failed = { of = "targets", metric = "RequestCount", statistic = "Sum" } }, expression = "IF(failed >= {min_count}, failed / (1 - {objective}), 0)", missing = "notBreaching" }
  }
  aws_alarms = [
    { name = "Few", summary = "f", metric = { of = "insights", metric = "RunningTaskCount", statistic = "Minimum" }, comparison = "<", threshold = "service.min_tasks", period = 60, datapoints = [3, 5], missing = "breaching", severity = "critical" },
    { name = "Slow", summary = "s", metric = { of = "targets", metric = "TargetResponseTime", statistic = "p99" }, comparison = ">", threshold = "5", period = 60, datapoints = [5, 5], missing = "notBreaching", severity = "warning", rollback = true },
  ]
  anomaly = { name = "Band", summary = "n", metric = { of = "load_balancer", metric = "RequestCount", statistic = "Sum" }, deviations = 3, period = 300, datapoints = [3, 3], missing = "notBreaching", severity = "warning" }
  page    = { name = "Page", summary = "p", severity = "critical" }
  dashboard = [
    { title = "One", metrics = [{ of = "load_balancer", metric = "RequestCount", statistic = "Sum" }, { of = "service", metric = "CPUUtilization", statistic = "Average" }], threshold_of = "Value" },
    { title = "Two", query = "errors" },
  ]
}

run "times" {
  command = plan
  assert {
    condition = { for name, alarm in local.alarms : name => [alarm.period, alarm.evaluations, alarm.datapoints] } == {
      Ratio     = [300, 1, 1], # a window of 5 minutes holds for longer than 30 s by itself
      Value     = [60, 5, 5],
      Events    = [60, 15, 1], # at once, and for as long as the window
      Absent    = [60, 2, 2],
      "Burn-3d" = [86400, 3, 3], # CloudWatch sums over a day at most
      "Burn-6h" = [21600, 1, 1],
      Few       = [60, 5, 3],
      Slow      = [60, 5, 5],
    }
    error_message = "Periods, evaluation periods and datapoints differ from the table."
  }
}

run "values" {
  command = plan
  assert {
    condition = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => [alarm.comparison_operator, alarm.threshold] } == {
      Ratio     = ["GreaterThanThreshold", 0.05], Value = ["GreaterThanOrEqualToThreshold", 0.9]
      Events    = ["GreaterThanThreshold", 0], Absent = ["LessThanThreshold", 1]
      "Burn-3d" = ["GreaterThanThreshold", 1], "Burn-6h" = ["GreaterThanThreshold", 1]
      Few       = ["LessThanThreshold", 3], Slow = ["GreaterThanThreshold", 5]
    }
    error_message = "A threshold is not that of the alert."
  }
  assert {
    condition = [for name in ["Burn-3d", "Burn-6h"] : local.alarms[name].expression] == [
      "IF(failed >= 20, failed / (1 - 0.999), 0)", "IF(failed >= 1, failed / (1 - 0.999), 0)"
    ]
    error_message = "min_count is of the long window; the objective is in the expression."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["Slow"].extended_statistic == "p99" && aws_cloudwatch_metric_alarm.this["Slow"].statistic == null
    error_message = "A percentile is an extended statistic."
  }
}

run "who_hears" {
  command = plan
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["Ratio"].alarm_actions == toset(["arn:aws:sns:eu-west-1:123456789012:test-dev-critical"])
    error_message = "The topic of the severity."
  }
  assert {
    condition     = aws_cloudwatch_composite_alarm.burn_rate["Burn"].alarm_rule == "(ALARM(\"test-dev-Burn-3d\") AND ALARM(\"test-dev-Burn-6h\"))"
    error_message = "Both windows burn."
  }
  assert {
    condition     = aws_cloudwatch_composite_alarm.page.alarm_rule == "ALARM(\"test-dev-Absent\") OR ALARM(\"test-dev-Events\") OR ALARM(\"test-dev-Few\") OR ALARM(\"test-dev-Ratio\")"
    error_message = "The page is any critical alarm."
  }
  assert {
    condition     = { for key, one in aws_sns_topic_subscription.this : key => one.protocol } == { "critical/oncall@example.com" = "email", "critical/https://example.com/page" = "https", "warning/team@example.com" = "email" }
    error_message = "Each receiver of each severity."
  }
  assert {
    condition     = output.rollback_alarms == ["test-dev-Slow"]
    error_message = "Only alarms that say so roll back."
  }
}

run "an_alert_that_nobody_measures" {
  command = plan
  variables {
    measures = {}
  }
  expect_failures = [var.alerts]
}

run "dashboard" {
  command = plan
  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[0].properties.annotations.horizontal[0].value == 0.9
    error_message = "The line is at the alert's threshold."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[1].properties.query == "SOURCE '/test/dev/orders' | filter level = \"ERROR\""
    error_message = "The widget shows the saved query."
  }
}
