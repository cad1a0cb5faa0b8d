# What stays when the stack goes, and what never may expire.

mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults        = { arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-000000000000" }
    override_during = plan
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults        = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:test" }
    override_during = plan
  }
}

variables {
  name           = "test-dev"
  log_path       = "/test/dev"
  service_name   = "orders"
  account        = "123456789012"
  region         = "eu-west-1"
  retention_days = 30
  log_class      = "INFREQUENT_ACCESS"
  retain_data    = false
  sensitive_data = ["EmailAddress"]
  images         = { untagged_days = 14, candidates = { prefix = "candidate-", keep = 50 } }
  access_logs    = { prefix = "alb", expire_days = 90, abort_upload_days = 7 }
}

run "goes_with_the_stack" {
  command = plan
  assert {
    condition     = aws_s3_bucket.access_logs.force_destroy && aws_ecr_repository.this.force_delete && aws_kms_key.this.deletion_window_in_days == 7
    error_message = "Without retain_data the stack can be destroyed."
  }
  assert {
    condition     = !anytrue([for group in aws_cloudwatch_log_group.this : group.skip_destroy])
    error_message = "Without retain_data records go too."
  }
}

run "stays_when_the_stack_goes" {
  command = plan
  variables {
    retain_data = true
  }
  assert {
    condition     = !aws_s3_bucket.access_logs.force_destroy && !aws_ecr_repository.this.force_delete && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "With retain_data images and access logs stay."
  }
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.skip_destroy])
    error_message = "With retain_data records stay."
  }
}

run "metric_filters_need_standard" {
  command = plan
  assert {
    condition     = aws_cloudwatch_log_group.this["service"].log_group_class == "STANDARD"
    error_message = "The service's log group has metric filters, which INFREQUENT_ACCESS has not."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this["flow"].log_group_class == "INFREQUENT_ACCESS"
    error_message = "Flow logs are of the class of the file."
  }
}

run "one_key_for_all" {
  command = plan
  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.this : group.kms_key_id == aws_kms_key.this.arn])
    error_message = "Every log group is encrypted with the key."
  }
  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].kms_key == aws_kms_key.this.arn
    error_message = "Images are encrypted with the key."
  }
}

run "deployed_images_never_expire" {
  command = plan
  assert {
    condition = alltrue([
      for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules :
      rule.selection.tagStatus == "untagged" || alltrue([for prefix in try(rule.selection.tagPrefixList, []) : !startswith("deployed-", prefix)])
    ])
    error_message = "No rule is about tags deployed-*."
  }
}

run "names_come_from_values" {
  command = plan
  assert {
    condition     = output.repository.url == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-dev/orders"
    error_message = "The URL of the repository is known before it is there."
  }
  assert {
    condition     = output.log_groups["service"].arn == "arn:aws:logs:eu-west-1:123456789012:log-group:/test/dev/orders"
    error_message = "The ARN of a log group is known before it is there."
  }
}

run "retention_that_aws_does_not_offer" {
  command = plan
  variables {
    retention_days = 31
  }
  expect_failures = [var.retention_days]
}
