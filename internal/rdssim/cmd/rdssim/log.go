package main

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/rds-migrate/terraform-provider-alicloud/internal/rdssim"
)

// formatCall describes a call in the log. It holds nothing that is secret, and no parameter unquoted.
func formatCall(c rdssim.Call) string {
	result := "no answer"
	if c.Status != 0 {
		result = strconv.Itoa(c.Status)
	}
	if c.Code != "" {
		result += " " + c.Code
	}
	if len(c.Faults) > 0 {
		result += fmt.Sprintf(" %v", c.Faults)
	}
	return fmt.Sprintf("%s %q %q page %q: %s", c.Method, c.Action, c.Params.Get("DBInstanceId"),
		cmp.Or(c.Params.Get("PageNumber"), "1"), result)
}
