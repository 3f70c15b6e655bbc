// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
)

// floodBufferSize is the number of bytes that are sent at a time.
const floodBufferSize = 64 << 10

const floodTask = `{"MigrateTaskId":"%d","DBName":"flood","Status":"Success","BackupMode":"FULL",` +
	`"CreateTime":"2017-10-20T01:00:00Z","EndTime":"2017-10-20T02:00:00Z","IsDBReplaced":"False","Description":""}`

// sendFlood streams a valid response of about the size that the fault has, with invented tasks and their true count.
func (h *callHandler) sendFlood(o *outcome) {
	h.setContentType(o)
	h.recordStatus(http.StatusOK, "")
	h.w.WriteHeader(http.StatusOK)
	out := bufio.NewWriterSize(h.w, floodBufferSize)
	// Errors are expected: most clients close the connection before the end.
	if o.gzip {
		z := gzip.NewWriter(out)
		_ = writeFlood(z, o.response, o.terminal.Bytes)
		_ = z.Close()
	} else {
		_ = writeFlood(out, o.response, o.terminal.Bytes)
	}
	_ = out.Flush()
}

func writeFlood(out io.Writer, r listResponse, size int64) error {
	n, err := fmt.Fprintf(out, `{"DBInstanceId":%q,"RequestId":%q,"Items":{"MigrateTask":[`,
		cmp.Or(r.InstanceID, r.UpperInstanceID), r.RequestID)
	count, separator := 0, ""
	for sent := int64(n); err == nil && sent < size; sent += int64(n) {
		count++
		n, err = fmt.Fprintf(out, separator+floodTask, count)
		separator = ","
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `]},"PageNumber":%d,"PageRecordCount":%d,"TotalRecordCount":%[2]d}`, r.PageNumber, count)
	return err
}
