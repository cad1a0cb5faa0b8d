# The image repository. A tag never moves; what was deployed never expires: its tags deployed-* are in no rule.

resource "aws_ecr_repository" "this" {
  name                 = "${var.name}/${var.service_name}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.retain_data
  tags                 = { Name = "${var.name}/${var.service_name}" }

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "untagged images after ${var.images.untagged_days} days"
        selection = {
          tagStatus   = "untagged"
          countType   = "sinceImagePushed"
          countUnit   = "days"
          countNumber = var.images.untagged_days
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "all candidates but the newest ${var.images.candidates.keep}"
        selection = {
          tagStatus     = "tagged"
          tagPrefixList = [var.images.candidates.prefix]
          countType     = "imageCountMoreThan"
          countNumber   = var.images.candidates.keep
        }
        action = { type = "expire" }
      },
    ]
  })
}
