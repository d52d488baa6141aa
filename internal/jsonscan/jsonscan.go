// Package jsonscan decodes JSON that is as expected, without reflection, and leaves all other JSON to a library.
//
//	func (u *user) Member(name []byte) any {
//		switch string(name) {
//		case "id":
//			return &u.ID
//		case "pet":
//			return jsonscan.Made(&u.Pet)
//		}
//		return nil
//	}
//
//	var s jsonscan.Scanner
//	if !s.Scan(native, &u) {
//		u = user{}
//		err = json.Unmarshal(native, &u)
//	}
//
// Expected is JSON as RFC 8259 and its interoperable half have it: valid UTF-8, no lone surrogates, no name twice in an
// object. The members that are asked for are of their types, and not null; no nesting is deep, no object large, and no
// name has an escape. What Scan takes, Unmarshal of github.com/go-json-experiment/json takes too, with the same result.
package jsonscan

// Object is a struct that is scanned. Member says where the value of a member goes: a pointer to a string, an integer, a
// float or a bool, an [Object], an [Array], or a *struct{}, for which any object will do; nil: nowhere. A pointer to any
// other type makes Scan refuse what is scanned.
type Object interface {
	Member(name []byte) any
}

// Array is a list that is scanned. Next makes room for one more item and says where it goes, as Object.Member does.
type Array interface {
	Next() any
}

// List is the Array of a slice.
type List[T any] []T

// Next appends an item.
func (l *List[T]) Next() any {
	var item T
	*l = append(*l, item)
	return &(*l)[len(*l)-1]
}

// ListOf is a slice to which the items are appended.
func ListOf[T any](slice *[]T) Array { return (*List[T])(slice) }

// Made is what p points to, which is made if there is nothing yet: for a member that may be absent.
func Made[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}
