output "rollback_alarms" {
  description = "Names of the alarms that roll a deployment back."
  value       = [for name, alarm in local.alarms : aws_cloudwatch_metric_alarm.this[name].alarm_name if alarm.rollback]
}

output "topic_arns" {
  description = "ARNs of the topics by severity."
  value       = { for severity, topic in aws_sns_topic.this : severity => topic.arn }
}

output "dashboard" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
