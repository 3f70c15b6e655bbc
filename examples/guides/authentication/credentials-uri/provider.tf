provider "alicloud" {
  region          = "cn-hangzhou"
  credentials_uri = "http://127.0.0.1:8080/credentials"
}
