package adapter

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/parley-go/parley/channel"
)

func TestAHandlersEventSharesNothingWithTheOneThatCame(t *testing.T) {
	t.Parallel()
	var came channel.Event
	fillAll(reflect.ValueOf(&came).Elem(), 7)
	came.Error.Err = nil
	own := new(owned).copy(&came)
	assert.Equal(t, &came, own)
	notShared(t, "event", reflect.ValueOf(came), reflect.ValueOf(*own))
}

// fillAll fills whatever can be written through, depth levels deep.
func fillAll(v reflect.Value, depth int) {
	if depth == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAll(v.Elem(), depth-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fillAll(v.Index(0), depth-1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf(json.RawMessage("1")))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fillAll(v.Field(i), depth)
			}
		}
	}
}

func notShared(t *testing.T, path string, a, b reflect.Value) {
	if a.Type() == reflect.TypeFor[json.RawMessage]() {
		return
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if a.IsNil() {
			return
		}
		assert.NotEqual(t, a.Pointer(), b.Pointer(), path)
	}
	switch a.Kind() {
	case reflect.Pointer:
		notShared(t, path, a.Elem(), b.Elem())
	case reflect.Slice:
		notShared(t, path+"[]", a.Index(0), b.Index(0))
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.IsExported() {
				notShared(t, path+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	}
}
