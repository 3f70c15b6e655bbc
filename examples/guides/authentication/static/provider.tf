variable "access_key" {
  type      = string
  sensitive = true
}

variable "secret_key" {
  type      = string
  sensitive = true
}

# Only for the credentials of a session.
variable "security_token" {
  type      = string
  sensitive = true
  default   = null
}

provider "alicloud" {
  region         = "cn-hangzhou"
  access_key     = var.access_key
  secret_key     = var.secret_key
  security_token = var.security_token
}
