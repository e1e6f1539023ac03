package collect_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/orrery-cxm/orrery"
	"github.com/orrery-cxm/orrery/internal/collect"
)

func eur(minor int64) orrery.Money { return orrery.Money{Minor: minor, Currency: "EUR"} }

func TestAnOrderIsReadWhole(t *testing.T) {
	got := track(t, "order", `{"order_id":"o1","status":"Paid","total":"59.97","currency":"eur","quantity":4,"placed_at":"2026-11-20T00:00:00Z","coupon":"X",
		"products":[{"product_id":"p1","sku":"s1","quantity":3,"price":19.99,"name":"Shoe"},{"sku":"s2","price":0}]}`)
	want := &orrery.Order{ID: "o1", Status: "paid", Total: eur(5997), Quantity: 4, Placed: 1795132800000,
		Lines: []orrery.OrderLine{{Product: "p1", Quantity: 3, Price: eur(1999)}, {Product: "s2", Quantity: 1, Price: eur(0)}}}
	differ(t, "the order", want, got.Order)
	differ(t, "kind, name, product, rest", []any{orrery.OrderTouch, "", "p1", `{"coupon":"X"}`}, []any{got.Kind, got.Name, got.Product, got.Properties})
}

func TestSegmentsNamesTellTheStatusOfAnOrder(t *testing.T) {
	for name, want := range map[string]orrery.Order{
		"order":           {ID: "7", Status: "placed", Total: eur(1000), Placed: received},
		"Order Completed": {ID: "7", Status: "placed", Total: eur(1000), Placed: received},
		"Order Updated":   {ID: "7", Total: eur(1000)},
		"Order Refunded":  {ID: "7", Status: "refunded", Total: eur(1000)},
		"Order Cancelled": {ID: "7", Status: "cancelled", Total: eur(1000)},
	} {
		got := track(t, name, `{"order_id":7,"revenue":10,"currency":"EUR"}`)
		differ(t, name, &want, got.Order)
	}
	got := track(t, "Order Cancelled", `{"order_id":"o1"}`)
	differ(t, "an order cancelled without a word of money", &orrery.Order{ID: "o1", Status: "cancelled"}, got.Order)
	got = track(t, "order", `{"order_id":"o1","value":3,"revenue":2,"total":1}`)
	differ(t, "total before revenue before value, and the usual currency", orrery.Money{Minor: 100, Currency: "USD"}, got.Order.Total)
}

func TestMoneyIsExactInTheMinorUnitOfItsCurrency(t *testing.T) {
	for _, c := range []struct {
		amount, currency string
		minor            int64
	}{
		{`19.99`, "EUR", 1999}, {`"19.99"`, "USD", 1999}, {`0.1`, "EUR", 10}, {`5`, "EUR", 500}, {`1250`, "JPY", 1250}, {`1250.0`, "JPY", 1250}, {`1.234`, "KWD", 1234},
		{`1.2345`, "CLF", 12345}, {`1e3`, "EUR", 100000}, {`1.5E-1`, "EUR", 15}, {`-3.50`, "EUR", -350}, {`0.00`, "EUR", 0}, {`" 7.5 "`, "EUR", 750}, {`".5"`, "EUR", 50},
		{`59.970000000000006`, "EUR", 5997}, {`0.30000000000000004`, "EUR", 30}, {`33.339999999999996`, "EUR", 3334}, {`92233720368547758.07`, "EUR", 9223372036854775807},
		{`0e99`, "EUR", 0}, {`19.990000`, "EUR", 1999},
	} {
		got := track(t, "order", `{"order_id":"o","currency":"`+c.currency+`","total":`+c.amount+`}`)
		differ(t, c.amount+" "+c.currency, orrery.Money{Minor: c.minor, Currency: c.currency}, got.Order.Total)
	}
	got := track(t, "order", `{"order_id":"o","currency":"EUR","total":1,"products":[{"sku":"gas","price":0.0125,"quantity":80},{"sku":"b","price":0.015}]}`)
	differ(t, "a price finer than the minor unit", []orrery.Money{eur(1), eur(2)}, []orrery.Money{got.Order.Lines[0].Price, got.Order.Lines[1].Price})
}

func TestMoneyAgreesWithExactArithmetic(t *testing.T) {
	currencies := map[string]int64{"EUR": 100, "JPY": 1, "KWD": 1000, "CLF": 10000}
	rapid.Check(t, func(t *rapid.T) {
		currency := rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		written := rapid.StringMatching(`-?(0|[1-9][0-9]{0,13})(\.[0-9]{1,4})?(e[0-9])?`).Draw(t, "amount")
		exact, ok := new(big.Rat).SetString(written)
		if !ok {
			t.Fatal(written)
		}
		exact.Mul(exact, big.NewRat(currencies[currency], 1))
		touches, _, err := request(server, collect.Track, `{"userId":"u","event":"order","properties":{"order_id":"o","currency":"`+currency+`","total":`+written+`}}`)
		fits := exact.IsInt() && exact.Num().IsInt64()
		switch {
		case err == nil && fits:
			if got := touches[0].Order.Total.Minor; exact.Cmp(big.NewRat(got, 1)) != 0 {
				t.Fatalf("%s %s became %d minor units, exactly it is %s", written, currency, got, exact)
			}
		case err == nil && !exact.IsInt() && len(written) < 15:
			t.Fatalf("%s %s holds parts of a minor unit and was taken", written, currency)
		case err != nil && fits:
			t.Fatalf("%s %s was refused: %v", written, currency, err)
		}
	})
}

func TestAnOrderThatCannotBeIsRefusedWithItsReason(t *testing.T) {
	many := fmt.Sprintf("properties.products: an order has at most 500, not %d", 501)
	for properties, want := range map[string]string{
		`{}`:                                                                         `properties.order_id is missing: write the id of the order`,
		`{"order_id":""}`:                                                            `properties.order_id is missing: write the id of the order`,
		`{"order_id":{}}`:                                                            `properties.order_id: {} is no id: write a string`,
		`{"order_id":"o"}`:                                                           `properties.total is missing: write what the order costs, such as 19.99`,
		`{"order_id":"o","total":"NaN"}`:                                             `properties.total: "NaN" is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":"Infinity"}`:                                        `properties.total: "Infinity" is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":"1,99"}`:                                            `properties.total: "1,99" is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","revenue":true}`:                                            `properties.revenue: true is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":1e20}`:                                              `properties.total: 1e20 is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":1e300}`:                                             `properties.total: 1e300 is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":""}`:                                                `properties.total: "" is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":"+-1"}`:                                             `properties.total: "+-1" is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":92233720368547758.08}`:                              `properties.total: 92233720368547758.08 is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":1.999}`:                                             `properties.total: 1.999 is no amount in USD, which has 2 digits after the point`,
		`{"order_id":"o","total":1.5,"currency":"JPY"}`:                              `properties.total: 1.5 is no amount in JPY, which has 0 digits after the point`,
		`{"order_id":"o","total":1,"currency":"EURO"}`:                               `properties.currency: "EURO" is no currency: write three letters of ISO 4217, such as EUR`,
		`{"order_id":"o","total":1,"currency":"D A"}`:                                `properties.currency: "D A" is no currency: write three letters of ISO 4217, such as EUR`,
		`{"order_id":"o","total":1,"currency":7}`:                                    `properties.currency: 7 is no currency: write three letters of ISO 4217, such as EUR`,
		`{"order_id":"o","total":1,"status":"lost"}`:                                 `properties.status: "lost" is no status: write placed, paid, shipped, delivered, cancelled or refunded`,
		`{"order_id":"o","total":1,"quantity":1.5}`:                                  `properties.quantity: 1.5 is no whole number from -1000000000 to 1000000000`,
		`{"order_id":"o","total":1,"products":{}}`:                                   `properties.products: {} is no list of products`,
		`{"order_id":"o","total":1,"products":[5]}`:                                  `properties.products[0]: 5 is no product: write an object with product_id or sku, quantity and price`,
		`{"order_id":"o","total":1,"products":[{"sku":"s"},{}]}`:                     `properties.products[1].product_id is missing: write the id or sku of the product`,
		`{"order_id":"o","total":1,"products":[{"sku":"s","price":"free"}]}`:         `properties.products[0].price: "free" is no amount: write a decimal number such as 19.99`,
		`{"order_id":"o","total":1,"products":[{"sku":"s","quantity":9e9}]}`:         `properties.products[0].quantity: 9e9 is no whole number from -1000000000 to 1000000000`,
		`{"order_id":"o","total":1,"placed_at":"soon"}`:                              `properties.placed_at: "soon" is no moment since 1970: write it as 2026-11-24T15:04:05.000Z or in milliseconds since 1970`,
		`{"order_id":"o","total":1,"products":[` + repeat(`{"sku":"s"}`, 501) + `]}`: many,
	} {
		_, _, err := request(server, collect.Track, `{"userId":"u","event":"order","properties":`+properties+`}`)
		if err == nil || err.Error() != want || orrery.KindOf(err) != orrery.KindInvalid {
			t.Errorf("%.80s\n  answers %v\n  wanted  %s", properties, err, want)
		}
	}
}

func repeat(v string, n int) string {
	out := v
	for range n - 1 {
		out += "," + v
	}
	return out
}
