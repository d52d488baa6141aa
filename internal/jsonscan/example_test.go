package jsonscan_test

import (
	"fmt"

	"github.com/parley-go/parley/internal/jsonscan"
)

type person struct {
	Name string
	Pets []pet
}

func (p *person) Member(name []byte) any {
	switch string(name) {
	case "name":
		return &p.Name
	case "pets":
		return jsonscan.ListOf(&p.Pets)
	}
	return nil
}

type pet struct{ Name string }

func (p *pet) Member(name []byte) any {
	if string(name) == "name" {
		return &p.Name
	}
	return nil
}

func ExampleScanner_Scan() {
	var s jsonscan.Scanner
	var p person
	ok := s.Scan([]byte(`{"name":"Ann","age":31,"pets":[{"name":"Rex"},{"name":"Tom"}]}`), &p)
	fmt.Println(ok, p)
	fmt.Println(s.Scan([]byte(`{"name":5}`), &p))
	// Output:
	// true {Ann [{Rex} {Tom}]}
	// false
}
