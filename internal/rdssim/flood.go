package rdssim

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
)

// floodBuffer is how many bytes go out at a time.
const floodBuffer = 64 << 10

// flood streams a valid answer of about as many bytes as the fault wants: tasks that do not exist, truly counted.
func (e *exchange) flood(p *plan) {
	e.w.Header().Set("Content-Type", jsonType)
	if p.gzip {
		e.w.Header().Set("Content-Encoding", "gzip")
	}
	e.answered(http.StatusOK, "")
	e.w.WriteHeader(http.StatusOK)
	// Most clients go away in the middle of it: an error here is what the fault is for.
	_ = e.writeFlood(p)
}

func (e *exchange) writeFlood(p *plan) error {
	plain := bufio.NewWriterSize(e.w, floodBuffer)
	if !p.gzip {
		if err := floodTasks(plain, p.answer, e.requestID, p.ending.Bytes); err != nil {
			return err
		}
		return plain.Flush()
	}
	z := gzip.NewWriter(plain)
	if err := floodTasks(z, p.answer, e.requestID, p.ending.Bytes); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("packing a flood: %w", err)
	}
	return plain.Flush()
}

func floodTasks(out io.Writer, a answer, requestID string, size int64) error {
	sent, err := fmt.Fprintf(out, `{"DBInstanceId":%q,"RequestId":%q,"Items":{"MigrateTask":[`, a.InstanceID, requestID)
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
	_, err = fmt.Fprintf(out, `]},"PageNumber":%d,"PageRecordCount":%d,"TotalRecordCount":%d}`, a.PageNumber, count, count)
	if err != nil {
		return fmt.Errorf("writing a flood: %w", err)
	}
	return nil
}
