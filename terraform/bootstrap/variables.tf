variable "environment" {
  description = "Which environment to plan: dev, staging or prod. Its values are in environments/<name>.yaml."
  type        = string
}

variable "environments_directory" {
  description = "Folder of the environment files, the one of this repository unless told otherwise."
  type        = string
  default     = null
}
