variable "name" {
  description = "First part of all names: project and environment."
  type        = string
}

variable "account" {
  description = "AWS account id."
  type        = string
}

variable "region" {
  description = "Region of everything here."
  type        = string
}

variable "key_arn" {
  description = "ARN of the key that encrypts notifications."
  type        = string
}

variable "receivers" {
  description = "E-mail addresses and https URLs that hear of alarms, by severity."
  type        = object({ critical = list(string), warning = list(string) })
}

variable "budget" {
  description = "What a month may cost in US dollars, and the e-mail addresses that hear of it."
  type        = object({ monthly_usd = number, notify = list(string) })
}

variable "log_group" {
  description = "Name of the log group of the service's records."
  type        = string
}

variable "metric_namespace" {
  description = "CloudWatch namespace of the metrics made from records: project/environment."
  type        = string
}

variable "log_metrics" {
  description = "Metric filters on the service's records: name of the metric, pattern, value and unit."
  type        = list(object({ name = string, pattern = string, value = string, unit = string }))
}

variable "queries" {
  description = "Saved Logs Insights queries by name."
  type        = map(string)
}

variable "load_balancer" {
  description = "CloudWatch's names of the load balancer and its target group."
  type        = object({ dimension = string, target_group = string })
}

variable "min_tasks" {
  description = "Fewest tasks that run; fewer are an alarm."
  type        = number
}

variable "alerts" {
  description = "The alerts of monitoring/alerts.yaml, in its words."
  type = list(object({
    name       = string
    summary    = string
    statistic  = string
    severity   = string
    objective  = optional(string)
    comparison = optional(string)
    threshold  = optional(number)
    window     = optional(string)
    hold       = optional(string)
    min_count  = optional(number)
    windows    = optional(list(object({ long = string, short = string, factor = number })))
  }))
  validation {
    condition     = alltrue([for alert in var.alerts : alert.statistic == "always" || contains(keys(var.measures), alert.name)])
    error_message = "environments/stack.yaml: alerts: missing ${join(", ", setsubtract([for alert in var.alerts : alert.name if alert.statistic != "always"], keys(var.measures)))}, expected what CloudWatch measures for each alert of monitoring/alerts.yaml."
  }
}

variable "objectives" {
  description = "Objectives of monitoring/alerts.yaml: the share that must be good, 0 to 1, by name."
  type        = map(number)
}

variable "runbook_url" {
  description = "URL of an alert's runbook, with {name}."
  type        = string
}

variable "measures" {
  description = "What CloudWatch measures for each alert: metrics by their id, the expression over them, what missing data means."
  type = map(object({
    metrics    = map(object({ of = string, metric = string, statistic = string }))
    expression = optional(string)
    missing    = string
  }))
}

variable "aws_alarms" {
  description = "Alarms on what only AWS measures. Times in seconds; datapoints is [how many, of how many]; threshold may be service.min_tasks."
  type = list(object({
    name       = string
    summary    = string
    metric     = object({ of = string, metric = string, statistic = string })
    comparison = string
    threshold  = string
    period     = number
    datapoints = list(number)
    missing    = string
    severity   = string
    rollback   = optional(bool, false)
  }))
}

variable "anomaly" {
  description = "Alarm on a band of some standard deviations around what is usual; period in seconds."
  type = object({
    name       = string
    summary    = string
    metric     = object({ of = string, metric = string, statistic = string })
    deviations = number
    period     = number
    datapoints = list(number)
    missing    = string
    severity   = string
  })
}

variable "page" {
  description = "Composite alarm of all critical ones."
  type        = object({ name = string, summary = string, severity = string })
}

variable "aws_runbook_url" {
  description = "URL of the runbook of an alarm that only AWS has, with {name} in lower case."
  type        = string
}

variable "dashboard" {
  description = "Widgets: metrics, with a line at an alert's threshold, or a saved query."
  type = list(object({
    title        = string
    threshold_of = optional(string)
    query        = optional(string)
    metrics      = optional(list(object({ of = string, metric = string, statistic = string })), [])
  }))
}
