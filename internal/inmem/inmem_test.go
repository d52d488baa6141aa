package inmem_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parley-go/parley/internal/inmem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func request() *http.Request { return httptest.NewRequest(http.MethodPost, "/hook", nil) }

func TestServeReturnsTheWholeAnswer(t *testing.T) {
	t.Parallel()
	got, err := inmem.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("Retry-After", "too late")
		fmt.Fprint(w, "short ")
		fmt.Fprint(w, "and stout")
	}), request(), time.Minute)
	require.NoError(t, err)
	assert.Equal(t, http.StatusTeapot, got.Status)
	assert.Equal(t, "7", got.Header.Get("Retry-After"))
	assert.Equal(t, "short and stout", string(got.Body))
}

func TestServeReturnsWhenACompleteAnswerIsFlushed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		alive := make(chan error, 1)
		got, err := inmem.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			w.(http.Flusher).Flush()
			time.Sleep(time.Hour)
			alive <- r.Context().Err()
		}), request(), time.Minute)
		require.NoError(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, got.Status)
		assert.Zero(t, time.Since(start))
		assert.NoError(t, <-alive, "the handler goes on")
	})
}

func TestServeDoesNotTakePartOfAnAnswerForAllOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got, err := inmem.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "2")
			w.(http.Flusher).Flush()
			time.Sleep(time.Second)
			fmt.Fprint(w, "ok")
		}), request(), time.Minute)
		require.NoError(t, err)
		assert.Equal(t, "ok", string(got.Body))
	})
}

func TestServeHangsUpAtTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		_, err := inmem.Serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			close(gone)
		}), request(), 5*time.Second)
		require.ErrorIs(t, err, inmem.ErrTimeout)
		<-gone
	})
}

func TestServeSeesAPanicAsACutConnection(t *testing.T) {
	t.Parallel()
	_, err := inmem.Serve(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }), request(), 0)
	require.ErrorIs(t, err, inmem.ErrAborted)
}
