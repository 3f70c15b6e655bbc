package rdssim

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
)

// floodBufferSize is how many bytes go out at a time.
const floodBufferSize = 64 << 10

// sendFlood streams a valid answer of about as many bytes as the fault wants: tasks that do not exist, truly counted.
func (h *callHandler) sendFlood(o *outcome) {
	h.w.Header().Set("Content-Type", jsonContentType)
	if o.gzip {
		h.w.Header().Set("Content-Encoding", "gzip")
	}
	h.recordStatus(http.StatusOK, "")
	h.w.WriteHeader(http.StatusOK)
	// Most clients go away in the middle of it: an error here is what the fault is for.
	_ = h.writeFlood(o)
}

func (h *callHandler) writeFlood(o *outcome) error {
	plain := bufio.NewWriterSize(h.w, floodBufferSize)
	if !o.gzip {
		if err := writeFloodBody(plain, o.response, h.requestID, o.terminal.Bytes); err != nil {
			return err
		}
		return plain.Flush()
	}
	z := gzip.NewWriter(plain)
	if err := writeFloodBody(z, o.response, h.requestID, o.terminal.Bytes); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("packing a flood: %w", err)
	}
	return plain.Flush()
}

func writeFloodBody(out io.Writer, r listResponse, requestID string, size int64) error {
	sent, err := fmt.Fprintf(out, `{"DBInstanceId":%q,"RequestId":%q,"Items":{"MigrateTask":[`, r.InstanceID, requestID)
	if err != nil {
		return fmt.Errorf("writing a flood: %w", err)
	}
	total, count, comma := int64(sent), 0, ""
	for total < size {
		count++
		sent, err = fmt.Fprintf(out, `%s{"MigrateTaskId":"%d","DBName":"flood","Status":"Success","BackupMode":"FULL",`+
			`"CreateTime":"2017-10-20T01:00:00Z","EndTime":"2017-10-20T02:00:00Z","IsDBReplaced":"False","Description":""}`,
			comma, count)
		if err != nil {
			return fmt.Errorf("writing a flood: %w", err)
		}
		total, comma = total+int64(sent), ","
	}
	_, err = fmt.Fprintf(out, `]},"PageNumber":%d,"PageRecordCount":%d,"TotalRecordCount":%d}`, r.PageNumber, count, count)
	if err != nil {
		return fmt.Errorf("writing a flood: %w", err)
	}
	return nil
}
