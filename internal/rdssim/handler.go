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

const jsonContentType = "application/json;charset=utf-8"

// callHandler is one call and its answer.
type callHandler struct {
	sim       *Simulator
	w         http.ResponseWriter
	r         *http.Request
	call      *Call
	requestID string
}

// handle answers the call, or returns the error that it is to be refused with.
func (h *callHandler) handle(params url.Values) *errorResponse {
	if h.r.URL.Path != "/" {
		return actionNotFound()
	}
	if err := h.sim.authenticate(h.r.Method, params); err != nil {
		return err
	}
	q, err := readQuery(params)
	if err != nil {
		return err
	}
	o, err := h.sim.decide(q)
	if err != nil {
		return err
	}
	h.sim.update(func() { h.call.Faults = o.faults })
	if o.delay > 0 && !h.wait(o.delay) {
		return nil
	}
	if o.terminal != nil && !o.terminal.needsResponse() {
		h.applyTerminalFault(o)
		return nil
	}
	o.response.RequestID = h.requestID
	body, encodeErr := o.encode()
	if encodeErr != nil {
		return newErrorResponse(http.StatusInternalServerError, "Simulator.BadScenario", encodeErr.Error())
	}
	h.sendResponse(o, body)
	return nil
}

// needsResponse reports whether the fault plays with the true answer.
func (f *Fault) needsResponse() bool {
	return f.Kind == KindTruncate || f.Kind == KindTruncateSilently || f.Kind == KindHang
}

// encode returns the bytes of the answer, with all that was changed in them.
func (o *outcome) encode() ([]byte, error) {
	b, err := encode(o.response)
	if err != nil {
		return nil, err
	}
	if len(o.edits) > 0 {
		if b, err = applyEdits(b, o.edits); err != nil {
			return nil, err
		}
	}
	b = append(b, o.trailing...)
	if !o.gzip {
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

// sendResponse sends the answer, or the part of it that a fault leaves.
func (h *callHandler) sendResponse(o *outcome, body []byte) {
	header := h.w.Header()
	header.Set("Content-Type", jsonContentType)
	if o.gzip {
		header.Set("Content-Encoding", "gzip")
	}
	if o.terminal == nil {
		h.send(http.StatusOK, "", body)
		return
	}
	part := body[:int(o.terminal.At*float64(len(body)))]
	switch {
	case o.terminal.Kind == KindTruncateSilently:
		h.send(http.StatusOK, "", part)
	case o.terminal.Kind == KindHang && o.terminal.At == 0:
		h.hang()
	default:
		h.sendPartial(body, part, o.terminal.Kind == KindHang)
	}
}

// sendPartial announces body but sends only part of it, and closes the connection; if it is to hang, only when the client or
// the simulator does.
func (h *callHandler) sendPartial(body, part []byte, hang bool) {
	h.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	h.recordStatus(http.StatusOK, "")
	h.w.WriteHeader(http.StatusOK)
	if _, err := h.w.Write(part); err != nil {
		return
	}
	if err := http.NewResponseController(h.w).Flush(); err != nil {
		return
	}
	if len(part) < len(body) {
		if hang {
			h.waitUntilClosed()
		}
		h.closeConnection(false)
	}
}

// applyTerminalFault plays the faults that have no use for the true answer.
func (h *callHandler) applyTerminalFault(o *outcome) {
	f := o.terminal
	switch f.Kind {
	case KindError:
		h.setHeader(f)
		h.sendError(newErrorResponse(f.Status, f.Code, f.Message))
	case KindBody:
		h.setHeader(f)
		h.w.Header()["Content-Type"] = nil
		if f.ContentType != "" {
			h.w.Header().Set("Content-Type", f.ContentType)
		}
		h.send(f.Status, "", []byte(f.Body))
	case KindFlood:
		h.sendFlood(o)
	default:
		h.closeConnection(f.Kind == KindReset)
	}
}

func (h *callHandler) setHeader(f *Fault) {
	for name, value := range f.Header {
		h.w.Header().Set(name, value)
	}
}

// sendError answers with an error.
func (h *callHandler) sendError(err *errorResponse) {
	err.RequestID = h.requestID
	body, encodeErr := encode(err)
	if encodeErr != nil {
		http.Error(h.w, encodeErr.Error(), http.StatusInternalServerError)
		return
	}
	h.w.Header().Set("Content-Type", jsonContentType)
	h.send(err.status, err.Code, body)
}

// send answers with a whole body.
func (h *callHandler) send(status int, code string, body []byte) {
	if status != http.StatusNoContent {
		h.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	h.recordStatus(status, code)
	h.w.WriteHeader(status)
	if len(body) > 0 && status != http.StatusNoContent {
		// A client that has gone away is no concern of a server.
		_, _ = h.w.Write(body)
	}
}

func (h *callHandler) recordStatus(status int, code string) {
	h.sim.update(func() { h.call.Status, h.call.Code = status, code })
}

// wait waits for d of real time. It reports false when the client went away; when the simulator is closed it stops waiting.
func (h *callHandler) wait(d time.Duration) bool {
	ctx, cancel := context.WithTimeout(h.r.Context(), d)
	defer cancel()
	select {
	case <-h.sim.closed:
	case <-ctx.Done():
	}
	return h.r.Context().Err() == nil
}

func (h *callHandler) hang() {
	h.waitUntilClosed()
	h.closeConnection(false)
}

func (h *callHandler) waitUntilClosed() {
	select {
	case <-h.sim.closed:
	case <-h.r.Context().Done():
	}
}

// closeConnection ends the connection, by a reset if it is to be hard.
func (h *callHandler) closeConnection(reset bool) {
	conn, _, err := http.NewResponseController(h.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if under, ok := conn.(interface{ NetConn() net.Conn }); ok && reset {
		conn = under.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		// Without it the close below is an orderly one: the client then sees an end where it should see a reset.
		_ = tcp.SetLinger(0)
	}
	// The connection is gone either way.
	_ = conn.Close()
}
