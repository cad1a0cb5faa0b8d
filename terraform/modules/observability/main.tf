# Who hears of what: topics.tf; what is counted: records.tf; when somebody hears: alarm_rules.tf (from
# monitoring/alerts.yaml and environments/stack.yaml) and alarms.tf; what one looks at: dashboard.tf.

locals {
  # Namespace and dimensions of each source that environments/stack.yaml names.
  sources = {
    log           = { namespace = var.metric_namespace, dimensions = tomap({}) }
    load_balancer = { namespace = "AWS/ApplicationELB", dimensions = tomap({ LoadBalancer = var.load_balancer.dimension }) }
    targets = {
      namespace  = "AWS/ApplicationELB"
      dimensions = tomap({ LoadBalancer = var.load_balancer.dimension, TargetGroup = var.load_balancer.target_group })
    }
    service        = { namespace = "AWS/ECS", dimensions = tomap({ ClusterName = var.name, ServiceName = var.name }) }
    insights       = { namespace = "ECS/ContainerInsights", dimensions = tomap({ ClusterName = var.name, ServiceName = var.name }) }
    critical_topic = { namespace = "AWS/SNS", dimensions = tomap({ TopicName = aws_sns_topic.this["critical"].name }) }
    warning_topic  = { namespace = "AWS/SNS", dimensions = tomap({ TopicName = aws_sns_topic.this["warning"].name }) }
  }
}

resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = { Name = var.name }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type          = notification.key
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.budget.notify
      subscriber_sns_topic_arns  = [local.topic_arns["warning"]]
    }
  }

  depends_on = [aws_sns_topic_policy.this]
}
