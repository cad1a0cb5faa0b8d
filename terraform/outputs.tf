output "url" {
  description = "Where the service is reached, once the name points to the load balancer."
  value       = "https://${local.env.domain.name}/"
}

output "load_balancer_dns_name" {
  description = "Name for the DNS record of the domain."
  value       = module.service.load_balancer.dns_name
}

output "repository_url" {
  description = "Where images are pushed."
  value       = module.data.repository.url
}

output "service" {
  description = "Names of the cluster, the service and the task definition's family."
  value       = module.service.names
}

output "role_arns" {
  description = "Roles that the GitHub workflows take."
  value       = module.identity.role_arns
}

output "dashboard" {
  description = "Name of the CloudWatch dashboard."
  value       = module.observability.dashboard
}
