# The whole stack of one environment: `terraform init && terraform plan -var=environment=dev`. State is local here; the
# roots in envs/ keep it in S3.

module "environment" {
  source = "./modules/environment"

  name        = var.environment
  directory   = local.directory
  schema_file = "${path.module}/../environments/schema.json"
}

provider "aws" {
  region              = local.env.region
  allowed_account_ids = [local.env.account]
  default_tags {
    tags = local.tags
  }
}

module "data" {
  source = "./modules/data"

  name           = local.name
  log_path       = local.path
  service_name   = local.env.service.name
  account        = local.env.account
  region         = local.env.region
  retention_days = local.env.logs.retention_days
  log_class      = local.env.logs.class
  retain_data    = local.env.protection.retain_data
  sensitive_data = local.stack.sensitive_data
  images         = local.stack.images
  access_logs    = local.stack.access_logs
}

module "network" {
  source = "./modules/network"

  name     = local.name
  account  = local.env.account
  region   = local.env.region
  vpc_cidr = local.env.network.vpc_cidr
  subnets = {
    for index, zone in local.env.availability_zones :
    zone => { public = local.env.network.public_subnets[index], private = local.env.network.private_subnets[index] }
  }
  egress            = local.env.network.egress
  endpoint_services = local.stack.endpoints
  flow_logs         = module.data.log_groups["flow"]
}

module "service" {
  source = "./modules/service"

  name                = local.name
  account             = local.env.account
  region              = local.env.region
  network             = module.network
  service             = local.env.service
  container           = local.stack.container
  parameter_path      = local.path
  parameters          = local.parameters
  repository          = module.data.repository
  log_groups          = module.data.log_groups
  key_arn             = module.data.key_arn
  access_logs         = { bucket = module.data.access_log_bucket, prefix = local.stack.access_logs.prefix }
  domain              = local.env.domain
  deletion_protection = local.env.protection.deletion
  rollback_alarms     = module.observability.rollback_alarms
  firewall = {
    requests_per_five_minutes = local.env.waf.requests_per_five_minutes
    managed_rules             = local.stack.firewall.managed_rules
  }
}

module "observability" {
  source = "./modules/observability"

  name             = local.name
  account          = local.env.account
  region           = local.env.region
  key_arn          = module.data.key_arn
  receivers        = local.env.alarms
  budget           = local.env.budget
  log_group        = module.data.log_groups["service"].name
  metric_namespace = "${local.env.project}/${local.env.environment}"
  log_metrics      = local.stack.log_metrics
  queries          = local.stack.queries
  load_balancer    = module.service.load_balancer
  min_tasks        = local.env.service.min_tasks
  alerts           = local.alerts.alerts
  objectives       = { for objective in local.alerts.objectives : objective.name => objective.objective }
  runbook_url      = local.alerts.runbook_url
  measures         = local.stack.alerts
  aws_alarms       = local.stack.alarms
  anomaly          = local.stack.anomaly
  page             = local.stack.page
  aws_runbook_url  = local.stack.runbook_url
  dashboard        = local.stack.dashboard
}

module "identity" {
  source = "./modules/identity"

  name         = local.name
  environment  = local.env.environment
  account      = local.env.account
  region       = local.env.region
  repository   = local.env.tags.repository
  actions      = local.actions
  state_bucket = "${local.name}-state-${local.env.account}-${local.env.region}"
}
