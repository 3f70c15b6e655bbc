provider "alicloud" {
  region  = "cn-hangzhou"
  profile = "sso"
}
