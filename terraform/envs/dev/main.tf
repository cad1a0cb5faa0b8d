# The root that is applied for dev: the stack, with its state in S3. The bucket is made by ../../bootstrap, whose output is
# the command to initialise this folder; bucket and region are not written here, since the environment file has them.

terraform {
  required_version = "~> 1.11"
  backend "s3" {
    key          = "stack.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

module "stack" {
  source = "../.."

  environment = "dev"
}

output "stack" {
  description = "What the stack tells: URL, DNS name of the load balancer, repository, names, roles, dashboard."
  value       = module.stack
}
