# Once an account: the bucket of Terraform's state. `terraform init && terraform apply -var=environment=dev`; its own state
# stays beside it. The output says with which words the environment's root is initialised.

module "environment" {
  source = "../modules/environment"

  name        = var.environment
  directory   = coalesce(var.environments_directory, "${path.module}/../../environments")
  schema_file = "${path.module}/../../environments/schema.json"
}

locals {
  env        = module.environment.settings
  name       = "${local.env.project}-${local.env.environment}"
  bucket     = "${local.name}-state-${local.env.account}-${local.env.region}"
  bucket_arn = "arn:aws:s3:::${local.bucket}"
}

provider "aws" {
  region              = local.env.region
  allowed_account_ids = [local.env.account]
  default_tags {
    tags = {
      Project     = local.env.project
      Environment = local.env.environment
      Owner       = local.env.tags.owner
      CostCenter  = local.env.tags.cost_center
      Repository  = local.env.tags.repository
      ManagedBy   = "terraform"
    }
  }
}

resource "aws_s3_bucket" "state" {
  bucket = local.bucket
  tags   = { Name = local.bucket }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.bucket
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.bucket
  versioning_configuration {
    status = "Enabled"
  }
}

# S3's own key: a key of ours would have to be there before, and outlive everything.
resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.bucket
  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = 90
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  depends_on = [aws_s3_bucket_versioning.state]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.state]
}
