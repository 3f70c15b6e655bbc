package rdssim

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const jsonType = "application/json;charset=utf-8"

// exchange is one call and its answer.
type exchange struct {
	sim       *Simulator
	w         http.ResponseWriter
	r         *http.Request
	call      *Call
	requestID string
}

// serve answers the call, or returns the error that it is to be refused with.
func (e *exchange) serve(params url.Values) *serviceError {
	if e.r.URL.Path != "/" {
		return noSuchAction()
	}
	if err := e.sim.admit(e.r.Method, params); err != nil {
		return err
	}
	q, err := readQuery(params)
	if err != nil {
		return err
	}
	p, err := e.sim.plan(q)
	if err != nil {
		return err
	}
	e.sim.update(func() { e.call.Faults = p.played })
	if p.wait > 0 && !e.wait(p.wait) {
		return nil
	}
	if p.ending != nil && !p.ending.needsAnswer() {
		e.end(p)
		return nil
	}
	p.answer.RequestID = e.requestID
	body, failed := p.body(q.page)
	if failed != nil {
		return refusal(http.StatusInternalServerError, "Simulator.BadScenario", failed.Error())
	}
	e.deliver(p, body)
	return nil
}

// needsAnswer reports whether the fault plays with the true answer.
func (f *Fault) needsAnswer() bool {
	return f.Kind == KindTruncate || f.Kind == KindTruncateSilently || f.Kind == KindHang
}

// body returns the bytes of the answer, with all that was changed in them.
func (p *plan) body(number int) ([]byte, error) {
	b, err := encode(p.answer)
	if err != nil {
		return nil, err
	}
	if len(p.edits) > 0 {
		if b, err = edited(b, p.edits, number, p.pages); err != nil {
			return nil, err
		}
	}
	b = append(b, p.trail...)
	if !p.gzip {
		return b, nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(b); err != nil {
		return nil, fmt.Errorf("packing an answer: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("packing an answer: %w", err)
	}
	return packed.Bytes(), nil
}

// deliver sends the answer, or the part of it that a fault leaves.
func (e *exchange) deliver(p *plan, body []byte) {
	h := e.w.Header()
	h.Set("Content-Type", jsonType)
	if p.gzip {
		h.Set("Content-Encoding", "gzip")
	}
	if p.ending == nil {
		e.send(http.StatusOK, "", body)
		return
	}
	part := body[:int(p.ending.At*float64(len(body)))]
	switch {
	case p.ending.Kind == KindTruncateSilently:
		e.send(http.StatusOK, "", part)
	case p.ending.Kind == KindHang && p.ending.At == 0:
		e.hang()
	default:
		e.sendPart(body, part, p.ending.Kind == KindHang)
	}
}

// sendPart announces body but sends only part of it, and closes the connection; if it is to hang, only when the client or
// the simulator does.
func (e *exchange) sendPart(body, part []byte, hang bool) {
	e.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	e.answered(http.StatusOK, "")
	e.w.WriteHeader(http.StatusOK)
	if _, err := e.w.Write(part); err != nil {
		return
	}
	if err := http.NewResponseController(e.w).Flush(); err != nil {
		return
	}
	if len(part) < len(body) {
		if hang {
			e.untilGone()
		}
		e.drop(false)
	}
}

// end plays the faults that have no use for the true answer.
func (e *exchange) end(p *plan) {
	f := p.ending
	switch f.Kind {
	case KindError:
		e.header(f)
		e.refuse(refusal(f.Status, f.Code, f.Message))
	case KindBody:
		e.header(f)
		e.w.Header()["Content-Type"] = nil
		if f.ContentType != "" {
			e.w.Header().Set("Content-Type", f.ContentType)
		}
		e.send(f.Status, "", []byte(f.Body))
	case KindFlood:
		e.flood(p)
	default:
		e.drop(f.Kind == KindReset)
	}
}

func (e *exchange) header(f *Fault) {
	for name, value := range f.Header {
		e.w.Header().Set(name, value)
	}
}

// refuse answers with an error.
func (e *exchange) refuse(err *serviceError) {
	err.RequestID = e.requestID
	body, failed := encode(err)
	if failed != nil {
		http.Error(e.w, failed.Error(), http.StatusInternalServerError)
		return
	}
	e.w.Header().Set("Content-Type", jsonType)
	e.send(err.status, err.Code, body)
}

// send answers with a whole body.
func (e *exchange) send(status int, code string, body []byte) {
	if status != http.StatusNoContent {
		e.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	e.answered(status, code)
	e.w.WriteHeader(status)
	if len(body) > 0 && status != http.StatusNoContent {
		// A client that has gone away is no concern of a server.
		_, _ = e.w.Write(body)
	}
}

func (e *exchange) answered(status int, code string) {
	e.sim.update(func() { e.call.Status, e.call.Code = status, code })
}

// wait waits for d of real time. It reports false when the client went away; when the simulator is closed it stops waiting.
func (e *exchange) wait(d time.Duration) bool {
	ctx, cancel := context.WithTimeout(e.r.Context(), d)
	defer cancel()
	select {
	case <-e.sim.closed:
	case <-ctx.Done():
	}
	return e.r.Context().Err() == nil
}

func (e *exchange) hang() {
	e.untilGone()
	e.drop(false)
}

func (e *exchange) untilGone() {
	select {
	case <-e.sim.closed:
	case <-e.r.Context().Done():
	}
}

// drop ends the connection, by a reset if it is to be hard.
func (e *exchange) drop(hard bool) {
	conn, _, err := http.NewResponseController(e.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if under, ok := conn.(interface{ NetConn() net.Conn }); ok && hard {
		conn = under.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && hard {
		// Without it the close below is an orderly one: the client then sees an end where it should see a reset.
		_ = tcp.SetLinger(0)
	}
	// The connection is gone either way.
	_ = conn.Close()
}
