// Package interop proves the emulators with clients that this project did not write: what they can do on the platform,
// they can do there, and whatever an emulator says, they understand to the last field. It has a module of its own, so
// that those clients stay out of the library's.
//
// A scenario is written once. Each request in it stands twice, as a user of either client would write it, and the test
// runs with both clients, in memory inside a testing/synctest bubble, and on loopback:
//
//	sent := must[message](w,
//		&bot.SendMessageParams{ChatID: w.ann.id, Text: "hi"},
//		&telego.SendMessageParams{ChatID: tu.ID(w.ann.id), Text: "hi"})
//
// Every answer and every update passes a strict check on the way, see strict_test.go.
package interop
