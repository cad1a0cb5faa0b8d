output "init" {
  description = "Command that initialises the environment's root with its state in the bucket."
  value       = "terraform -chdir=envs/${local.env.environment} init -backend-config=bucket=${aws_s3_bucket.state.bucket} -backend-config=region=${local.env.region}"
}
