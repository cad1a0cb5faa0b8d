# The files that CDK reads too. Everything that an environment decides comes from module.environment.

locals {
  directory = coalesce(var.environments_directory, "${path.module}/../environments")
  env       = module.environment.settings
  name      = "${local.env.project}-${local.env.environment}"
  path      = "/${local.env.project}/${local.env.environment}" # of log groups and parameters
  stack     = yamldecode(file("${path.module}/../environments/stack.yaml"))
  alerts    = yamldecode(file("${path.module}/../monitoring/alerts.yaml"))
  recorded  = yamldecode(file("${path.module}/../environments/deploy_actions.yaml"))

  # What the texts in braces stand for in stack.yaml's parameters.
  placeholders = {
    "{environment}"             = local.env.environment
    "{service.log_level}"       = local.env.service.log_level
    "{service.log_sample_rate}" = tostring(local.env.service.log_sample_rate)
    "{service.name}"            = local.env.service.name
  }
  parameters = { for key, value in local.stack.parameters : key => lookup(local.placeholders, value, value) }

  # Actions of both tools by service.
  actions = {
    for service in distinct(flatten([for tool in values(local.recorded) : keys(tool)])) :
    service => sort(distinct(flatten([for tool in values(local.recorded) : try(tool[service], [])])))
  }

  tags = {
    Project     = local.env.project
    Environment = local.env.environment
    Owner       = local.env.tags.owner
    CostCenter  = local.env.tags.cost_center
    Repository  = local.env.tags.repository
    ManagedBy   = "terraform"
  }
}
