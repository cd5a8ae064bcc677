// Command realclient writes words into a real database or broker with the
// drivers and pools that applications use, and says what became of each:
//
//	cablepull-realclient mysql -dsn 'app@tcp(192.0.2.31:3306)/app' -rate 20
//	cablepull-realclient postgres -dsn 'postgres://app@192.0.2.31/app'
//	cablepull-realclient amqp -url amqp://192.0.2.31/ -for 30s
//	cablepull-realclient mqtt -url tcp://192.0.2.31:1883
//	cablepull-realclient serve -driver mysql -dsn ... -listen 192.0.2.21:80
//
// A word is new each time. It is confirmed, refused for certain, or its fate is
// unknown: the answer was lost, and it may be there or not. When the time is
// over the words are read back, and what was confirmed and is not there is
// lost. Each outcome is a line, and so is each figure at the end:
//
//	prepared
//	ok 17 in 0.003
//	failed 18 after 1.002: dial tcp 192.0.2.31:3306: connection refused
//	unknown 19 after 5.001: commit: invalid connection
//	sent 400
//	...
//	end
//
// It is a module of its own, so that the drivers are no dependency of
// cablepull, which runs it in scenarios (exec) as a program like any other. It
// knows no scenario. Start reading at target.go, then load.go; ledger.go is
// what is counted.
package main
