package collect

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/orrery-cxm/orrery"
)

const maxLines = 500 // products of one order

// order is an order in the state it now has: {order_id, status, total|revenue|value, currency, quantity, products:
// [{product_id|sku, quantity, price}], placed_at}. The names of Segment's e-commerce events tell the status.
// Total keeps no currency when an update or a cancellation says nothing of money.
func (s *reading) order(name string, p parts, around *surroundings, t *orrery.Touch) (err *orrery.Error) {
	if !s.trusted() {
		return s.refuse("orders")
	}
	o, rest := &orrery.Order{}, remainder{s: s}
	t.Kind, t.Order = orrery.OrderTouch, o
	if name != "order" {
		t.Name = name
	}
	var total, revenue, value, currency, products, own uint32
	for j := range s.members(p.properties) {
		switch s.key(j) {
		case "order_id":
			o.ID, err = s.ref(j, "properties.order_id")
		case "status":
			o.Status, err = s.status(j)
		case "total":
			total = j
		case "revenue":
			revenue = j
		case "value":
			value = j
		case "currency":
			currency = j
		case "products":
			products = j
		case "channel":
			own = j
		case "quantity":
			o.Quantity, err = s.quantity(j, "properties.quantity")
		case "placed_at":
			o.Placed, err = s.moment(j, "properties.placed_at")
		case "email":
			s.found(orrery.Email, j)
		case "phone":
			s.found(orrery.Phone, j)
		default:
			rest.keep(j)
		}
		if err != nil {
			return err
		}
	}
	t.Channel = s.channel(p, around, own, "")
	t.Properties = rest.object()
	return s.settle(name, cmp.Or(total, revenue, value), currency, products, t)
}

// settle checks an order and fills in what it leaves to be understood: total, currency and products are nodes.
func (s *reading) settle(name string, total, currency, products uint32, t *orrery.Touch) *orrery.Error {
	o := t.Order
	if o.ID == "" {
		return missing("properties.order_id", "the id of the order")
	}
	if o.Status == "" {
		o.Status = statusOf(name)
	}
	unit, err := s.currency(currency)
	if err != nil {
		return err
	}
	bought := name == "order" || name == "Order Completed"
	if total != 0 {
		o.Total, err = s.money(total, "properties."+s.key(total), unit, false)
	} else if bought {
		err = missing("properties.total", "what the order costs, such as 19.99")
	}
	if err != nil {
		return err
	}
	if err = s.lines(products, unit, o); err != nil {
		return err
	}
	if o.Quantity == 0 {
		for i := range o.Lines {
			o.Quantity += o.Lines[i].Quantity
		}
	}
	if o.Placed == 0 && bought {
		o.Placed = t.At
	}
	if len(o.Lines) > 0 {
		t.Product = o.Lines[0].Product
	}
	for i := range s.ids { // an order vouches for the addresses it came with
		if ns := s.ids[i].Namespace; ns == orrery.Email || ns == orrery.Phone {
			s.ids[i].Proven = true
		}
	}
	return nil
}

func (s *reading) status(n uint32) (string, *orrery.Error) {
	switch v := strings.ToLower(s.word(n)); v {
	case "placed", "paid", "shipped", "delivered", "cancelled", "refunded":
		return v, nil
	case "completed":
		return "placed", nil
	case "canceled":
		return "cancelled", nil
	}
	return "", s.bad(n, "properties.status", "status: write placed, paid, shipped, delivered, cancelled or refunded")
}

func statusOf(name string) string {
	switch name {
	case "Order Refunded":
		return "refunded"
	case "Order Cancelled":
		return "cancelled"
	case "Order Updated":
		return ""
	}
	return "placed"
}

func (s *reading) currency(n uint32) (string, *orrery.Error) {
	if n == 0 {
		if s.d.currency == "" {
			return "", missing("properties.currency", "three letters of ISO 4217, such as EUR")
		}
		return s.d.currency, nil
	}
	v := s.word(n)
	if isCurrency(v) {
		return v, nil
	}
	if v = strings.ToUpper(strings.TrimSpace(v)); isCurrency(v) {
		return v, nil
	}
	return "", s.bad(n, "properties.currency", "currency: write three letters of ISO 4217, such as EUR")
}

// lines reads the products of an order.
func (s *reading) lines(n uint32, unit string, o *orrery.Order) *orrery.Error {
	if n == 0 {
		return nil
	}
	if s.nodes[n].form != array {
		return s.bad(n, "properties.products", "list of products")
	}
	count := 0
	for j := n + 1; j < s.nodes[n].next; j = s.nodes[j].next {
		count++
	}
	if count > maxLines {
		return orrery.Invalid("collect.field", fmt.Sprintf("properties.products: an order has at most %d, not %d", maxLines, count))
	}
	o.Lines = make([]orrery.OrderLine, 0, count)
	for j := n + 1; j < s.nodes[n].next; j = s.nodes[j].next {
		line, err := s.line(j, unit, len(o.Lines))
		if err != nil {
			return err
		}
		o.Lines = append(o.Lines, line)
	}
	return nil
}

// line reads one product. Its errors name its place among the others.
func (s *reading) line(n uint32, unit string, place int) (line orrery.OrderLine, err *orrery.Error) {
	if line, err = s.bareLine(n, unit); err != nil {
		err.Say = fmt.Sprintf("properties.products[%d]%s", place, err.Say)
	}
	return line, err
}

func (s *reading) bareLine(n uint32, unit string) (orrery.OrderLine, *orrery.Error) {
	line := orrery.OrderLine{Quantity: 1, Price: orrery.Money{Currency: unit}}
	if s.nodes[n].form != object {
		return line, s.bad(n, "", "product: write an object with product_id or sku, quantity and price")
	}
	sku := ""
	for j := range s.members(n) {
		var err *orrery.Error
		switch s.key(j) {
		case "product_id":
			line.Product, err = s.ref(j, ".product_id")
		case "sku":
			sku, err = s.ref(j, ".sku")
		case "quantity":
			line.Quantity, err = s.quantity(j, ".quantity")
		case "price":
			line.Price, err = s.money(j, ".price", unit, true)
		}
		if err != nil {
			return line, err
		}
	}
	if line.Product == "" {
		line.Product = sku
	}
	if line.Product == "" {
		return line, missing(".product_id", "the id or sku of the product")
	}
	return line, nil
}

const maxQuantity = 1_000_000_000

func (s *reading) quantity(n uint32, path string) (int64, *orrery.Error) {
	i, err := s.count(n, path, -maxQuantity, maxQuantity)
	return int64(i), err
}
