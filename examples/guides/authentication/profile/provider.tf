provider "alicloud" {
  region  = "cn-hangzhou"
  profile = "migration"
}
