provider "alicloud" {
  region  = "cn-hangzhou"
  profile = "program"
}
