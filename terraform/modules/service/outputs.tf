output "load_balancer" {
  description = "DNS name of the load balancer, and its and its target group's names in CloudWatch's dimensions."
  value = {
    dns_name     = aws_lb.this.dns_name
    dimension    = aws_lb.this.arn_suffix
    target_group = aws_lb_target_group.this.arn_suffix
  }
}

output "names" {
  description = "Names of the cluster, the service and the task definition's family."
  value = {
    cluster = aws_ecs_cluster.this.name
    service = aws_ecs_service.this.name
    family  = aws_ecs_task_definition.this.family
  }
}
