variable "name" {
  description = "Name of the environment: environments/<name>.yaml is read."
  type        = string
  validation {
    condition     = fileexists("${var.directory}/${var.name}.yaml") && !contains(["stack", "deploy_actions"], var.name)
    error_message = "Nothing is planned:\n  environments/${var.name}.yaml: missing, expected dev, staging or prod as the environment."
  }
}

variable "directory" {
  description = "Folder of the environment files."
  type        = string
}

variable "schema_file" {
  description = "Path of the schema that every environment file fits."
  type        = string
}
