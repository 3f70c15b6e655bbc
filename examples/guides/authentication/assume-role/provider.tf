# The profile has the credentials that assume the role.
provider "alicloud" {
  region  = "cn-hangzhou"
  profile = "migration"

  assume_role {
    role_arn = "acs:ram::1234567890123456:role/migration-reader"
  }
}
