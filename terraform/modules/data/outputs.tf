output "key_arn" {
  description = "ARN of the key."
  value       = aws_kms_key.this.arn
}

output "log_groups" {
  description = "Name and ARN (without the final :*) of the log groups: service, exec, flow, firewall."
  value = {
    for key, group in aws_cloudwatch_log_group.this :
    # The ARN from the name, so that a plan shows the policies that have it.
    key => { name = group.name, arn = "arn:aws:logs:${var.region}:${var.account}:log-group:${group.name}" }
  }
}

output "repository" {
  description = "Name, ARN and URL (without tag or digest) of the image repository."
  value = {
    name = aws_ecr_repository.this.name
    arn  = "arn:aws:ecr:${var.region}:${var.account}:repository/${aws_ecr_repository.this.name}"
    url  = "${var.account}.dkr.ecr.${var.region}.amazonaws.com/${aws_ecr_repository.this.name}"
  }
}

output "access_log_bucket" {
  description = "Name of the bucket for access logs; ready when the load balancer may write to it."
  value       = aws_s3_bucket.access_logs.bucket
  depends_on  = [aws_s3_bucket_policy.access_logs]
}
