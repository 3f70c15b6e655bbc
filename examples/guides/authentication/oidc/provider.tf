variable "token_file" {
  type = string
}

provider "alicloud" {
  region = "cn-hangzhou"

  assume_role_with_oidc {
    oidc_provider_arn = "acs:ram::1234567890123456:oidc-provider/ci"
    oidc_token_file   = var.token_file
    role_arn          = "acs:ram::1234567890123456:role/migration-reader"
  }
}
