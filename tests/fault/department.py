# SPDX-License-Identifier: Apache-2.0
"""What happens to parts in two stores, all of it at once: bought, used, sold, wished for, sent, counted, sent back.

Each step that was acknowledged is tallied, so that in the end every piece of the chain is accounted for.
"""

import collections
import threading

from shop import Load, Stopped, Writer

# What a step may be refused for when others were faster, or somebody counts the shelf.
BUSY = ("insufficient_stock", "stock_frozen", "illegal_transition", "returned_too_much", "nothing_to_send")

# Of every third part the old piece is worth a deposit.
CORE = ({}, {"core_deposit": 5000})

# Half of the parts have batches that are told apart, half of these cost what their batches cost.
TRACKED = ({}, {"tracking": "batch"}, {}, {"tracking": "batch", "costing": "batch"})


class Department:
    """Two shops that buy the same few parts from one supplier, and the pieces that came and went."""

    def __init__(self, shops, dice, parts=4):
        self.shops, self.dice = shops, dice
        trade = shops[0].trade
        self.parts = [trade.part(**TRACKED[n % 4], **CORE[n % 3 == 0])["id"] for n in range(parts)]
        self.supplier = trade.supplier()["id"]
        self.lock = threading.Lock()
        self.pieces = collections.Counter()
        self.done = collections.Counter()
        for shop in shops:
            for part in self.parts:
                shop.trade.stock_up(part, 50)
                self.pieces[part] += 50

    def tally(self, story, part=None, pieces=0):
        with self.lock:
            self.done[story] += 1
            self.pieces[part] += pieces

    def draw(self):
        """A shop, the other one, a part, and how many."""
        with self.lock:
            here = self.dice.randrange(2)
            return self.shops[here], self.shops[1 - here], self.dice.choice(self.parts), self.dice.randint(1, 3)

    def story(self, writer):
        with self.lock:
            story = self.dice.choice([self.receive, self.buy, self.use, self.use, self.wish, self.wish, self.send, self.send, self.count, self.give_back, self.sell, self.sell])
        story(writer)

    def post(self, writer, shop, body, sign):
        """A document of one line, drafted and audited; whether it was posted."""
        line = body["lines"][0]
        made = writer.do(shop.store.parts, "/v1/stock-documents", {"store_id": shop.store.id, **body}, allowed=BUSY)
        if made and writer.do(shop.store.manager, f"/v1/stock-documents/{made['id']}/audit", allowed=BUSY):
            self.tally(body["kind"], line["part_id"], sign * line["quantity"])
            return True
        return False

    def receive(self, writer):
        shop, _, part, n = self.draw()
        self.post(writer, shop, {"kind": "receipt", "reason": "purchase", "supplier_id": self.supplier,
                                 "lines": [{"part_id": part, "quantity": n, "unit_cost": 3333 + n}]}, 1)

    def use(self, writer):
        shop, _, part, n = self.draw()
        self.post(writer, shop, {"kind": "internal", "reason": "consumable", "received_by": shop.store.tech1.id,
                                 "lines": [{"part_id": part, "quantity": n}]}, -1)

    def give_back(self, writer):
        shop, _, part, n = self.draw()
        self.post(writer, shop, {"kind": "supplier_return", "reason": "damage", "supplier_id": self.supplier,
                                 "lines": [{"part_id": part, "quantity": n, "unit_cost": 3000}]}, -1)

    def buy(self, writer):
        """An order that comes in two deliveries, the second of which is turned away."""
        shop, _, part, n = self.draw()
        s, do = shop.store, writer.do
        order = do(s.parts, "/v1/purchase-orders", {"store_id": s.id, "supplier_id": self.supplier,
                                                    "lines": [{"part_id": part, "quantity": n + 1, "unit_price": 3400}]})
        path, line = f"/v1/purchase-orders/{order['id']}", order["lines"][0]["id"]
        do(s.parts, path + "/submit")
        do(s.manager, path + "/approve")
        do(s.parts, path + "/send")
        made = do(s.parts, path + "/receive", {"lines": [{"line_id": line, "quantity": n, "rejected_quantity": 1, "rejected_reason": "damaged"}]})
        if do(s.manager, f"/v1/stock-documents/{made['id']}/audit", allowed=BUSY):
            self.tally("purchase", part, n)
            do(s.parts, path + "/close", {"reason": "不再补发"})

    def sell(self, writer):
        """Sold as far as it is there; of three one comes back; what stays is paid, with what was put down for it."""
        shop, _, part, n = self.draw()
        s, do = shop.store, writer.do
        order = do(s.advisor, "/v1/sales-orders", {"store_id": s.id, "customer_id": shop.booked_for[0], "lines": [{"part_id": part, "quantity": n}]})
        path = f"/v1/sales-orders/{order['id']}"
        do(s.advisor, path + "/confirm")
        put_down = do(s.cashier, "/v1/deposits", {"sales_order_id": order["id"], "amount": 100, "method": "cash"})
        shipped = do(s.parts, path + "/ship", {}, allowed=BUSY)
        if not shipped:
            do(s.advisor, path + "/cancel", {"reason": "无货"})
            do(s.manager, f"/v1/deposits/{put_down['id']}/refund", {"amount": 100, "reason": "customer_request"})
            self.tally("no sale")
            return
        line = shipped["lines"][0]
        self.tally("sale", part, -line["shipped_quantity"])
        if shipped["status"] == "partly_shipped":
            do(s.advisor, path + "/cancel", {"reason": "其余不要了"})
        if line["shipped_quantity"] == 3 and do(s.parts, path + "/return", {"reason": "型号不符", "lines": [{"line_id": line["id"], "quantity": 1}]}, allowed=BUSY):
            self.tally("sale return", part, 1)
        bill = do(s.cashier, "/v1/settlements", {"sales_order_id": order["id"]})
        bill = do(s.cashier, f"/v1/settlements/{bill['id']}/issue")
        do(s.cashier, "/v1/payments", {"settlement_id": bill["id"], "amount": bill["due"], "method": "wechat"})

    def wish(self, writer):
        shop, _, part, n = self.draw()
        made = writer.do(shop.store.parts, "/v1/demands", {"kind": "sale", "store_id": shop.store.id, "lines": [{"part_id": part, "quantity": n}]})
        writer.do(shop.store.parts, f"/v1/demands/{made['id']}/{'lose' if n == 1 else 'cancel'}", {"reason": "不要了"}, allowed=BUSY)
        self.tally("wish")

    def send(self, writer):
        """Asked for, approved, shipped, and received but for one piece in three, which is lost."""
        here, there, part, n = self.draw()
        do = writer.do
        made = do(here.store.parts, "/v1/transfers", {"store_id": here.store.id, "from_store_id": there.store.id,
                                                      "lines": [{"part_id": part, "quantity": n}]})
        path, line = f"/v1/transfers/{made['id']}", made["lines"][0]["id"]
        if not do(there.store.manager, path + "/approve", allowed=BUSY):
            return
        # a count may have found that nothing of what was held is there
        if not do(there.store.parts, path + "/ship", allowed=(*BUSY, "validation_failed")):
            do(there.store.manager, path + "/cancel", {"reason": "无货"}, allowed=BUSY)
            return
        lost = 1 if n == 3 else 0
        body = {"lines": [{"line_id": line, "quantity": n - lost, **({"disputed_quantity": lost, "dispute_reason": "missing"} if lost else {})}]}
        if do(here.store.parts, path + "/receive", body, allowed=BUSY) and lost:
            if do(here.store.manager, path + "/settle", {"store_id": here.store.id, "outcome": "lost"}, allowed=BUSY):
                self.tally("lost", part, -lost)
        self.tally("transfer")

    def batches(self, writer, store, part, most):
        """Each batch as the books have it, as far as there are so many; none of them where batches are not told apart."""
        answer = writer.caller.exchange(store.parts, "GET", f"/v1/part-batches?part_id={part}&in_stock=true&limit=200")
        counted = []
        for batch in answer[2]["data"] if answer and answer[0] == 200 else []:
            counted.append({"part_id": part, "batch_number": batch["number"], "quantity": min(most, batch["on_hand"])})
            most -= counted[-1]["quantity"]
        return counted

    def count(self, writer):
        """A part is counted, whatever the books say of it: by batch where they are told apart, the rest is of none."""
        shop, _, part, n = self.draw()
        s, do = shop.store, writer.do
        made = do(s.manager, "/v1/stocktakes", {"store_id": s.id, "part_ids": [part]})
        path = f"/v1/stocktakes/{made['id']}"
        if not do(s.manager, path + "/freeze", allowed=BUSY):
            return
        do(s.parts, path + "/count", {"lines": [{"part_id": part, "quantity": 60 + n}], "batches": self.batches(writer, s, part, 60 + n)})
        do(s.parts, path + "/submit")
        if not do(s.manager, path + "/audit", {"reasons": [{"part_id": part, "reason": "miscount"}]}, allowed=("not_found",)):
            do(s.manager, path + "/cancel", {"reason": "与账面相符"})
        self.tally("stocktake")

    def load(self, port, journal, clients):
        load = Load(port, [], journal)
        load.threads += [Writer(load, self.shops[n % 2], self.story) for n in range(clients)]
        return load

    def wrong(self, cluster):
        """Parts of which there are not as many as the tally says, with what counts found added to it."""
        stores = [shop.store.id for shop in self.shops]
        found = {str(part): pieces for part, pieces in cluster.sql("""
            SELECT p.id, (SELECT coalesce(sum(l.on_hand), 0) FROM stock_level l WHERE l.part_id = p.id AND l.store_id = ANY (%(stores)s::uuid[]))
                         + (SELECT coalesce(sum(t.shipped_quantity - t.received_quantity - t.returned_quantity - t.lost_quantity), 0)
                              FROM transfer_line t WHERE t.part_id = p.id AND t.store_id = ANY (%(stores)s::uuid[]))
                         - (SELECT coalesce(sum(c.counted_quantity - c.expected_quantity), 0)
                              FROM stocktake_line c JOIN stocktake k ON k.id = c.stocktake_id AND k.status = 'posted'
                             WHERE c.part_id = p.id AND c.store_id = ANY (%(stores)s::uuid[]))
              FROM part p WHERE p.id = ANY (%(parts)s::uuid[])""", {"stores": stores, "parts": self.parts})}
        return {part: (found[part], self.pieces[part]) for part in self.parts if found[part] != self.pieces[part]}


class Month:
    """A parts department's month in two stores: deliveries, issues to orders, some of which come back, transfers, one count, one
    return to the supplier.  Eight people at a time; nothing breaks."""

    def __init__(self, shops, dice, issues, transfers):
        self.shops, self.dice = shops, dice
        trade = shops[0].trade
        self.parts = [trade.part(**TRACKED[n % 4], **CORE[n % 3 == 0])["id"] for n in range(20)]
        self.supplier = trade.supplier()["id"]
        self.each = issues // 10 + 50       # of each part in each store: more than all that leaves
        self.lock = threading.Lock()
        self.done = collections.Counter()
        self.tasks = [lambda w, n=n: self.order(w, n) for n in range(issues // 10)]
        self.tasks += [self.send] * transfers
        self.tasks += [self.deliver] * (transfers // 6)
        dice.shuffle(self.tasks)

    def count(self, what, pieces=1):
        with self.lock:
            self.done[what] += pieces

    def next(self, writer):
        with self.lock:
            if not self.tasks:
                raise Stopped
            task = self.tasks.pop()
        task(writer)

    def deliver(self, writer, shop=None, lines=None):
        """An order to the supplier, and all of it received."""
        with self.lock:
            shop = shop or self.dice.choice(self.shops)
            lines = lines or [(part, self.dice.randint(1, 9)) for part in self.dice.sample(self.parts, 5)]
        s, do = shop.store, writer.do
        made = do(s.parts, "/v1/purchase-orders", {"store_id": s.id, "supplier_id": self.supplier,
                                                   "lines": [{"part_id": part, "quantity": n, "unit_price": 1000 + n} for part, n in lines]})
        path = f"/v1/purchase-orders/{made['id']}"
        do(s.parts, path + "/submit")
        do(s.manager, path + "/approve")
        do(s.parts, path + "/send")
        came = do(s.parts, path + "/receive", {"lines": [{"line_id": line["id"], "quantity": line["quantity"]} for line in made["lines"]]})
        do(s.manager, f"/v1/stock-documents/{came['id']}/audit")
        self.count("receipts")
        self.count("in", sum(n for _, n in lines))

    def order(self, writer, n):
        """Ten parts for one car, issued one by one; of one order in ten a part comes back."""
        shop = self.shops[n % 2]
        s, do, number = shop.store, writer.do, next(shop.numbers)
        customer = do(s.advisor, "/v1/customers", {"kind": "person", "name": f"客户 {number}", "phone": f"139{number:08d}", "store_id": s.id})["id"]
        vehicle = do(s.advisor, "/v1/vehicles", {"plate": shop.trade.chain.plate(), "customer_id": customer, "store_id": s.id})["id"]
        reception = do(s.advisor, "/v1/receptions", {"store_id": s.id, "customer_id": customer, "vehicle_id": vehicle, "odometer_km": 1000, "concerns": ["保养"]})["id"]
        do(s.advisor, f"/v1/receptions/{reception}/greet")
        lines = [{"kind": "part", "part_id": self.parts[(n + k) % 20], "quantity": 1} for k in range(10)]
        made = do(s.advisor, "/v1/work-orders", {"reception_id": reception, "lines": lines})
        ids = [line["id"] for line in made["lines"]]
        do(s.advisor, f"/v1/work-orders/{made['id']}/authorise", {"lines": ids, "method": "in_person", "by": {"name": "王小明"}})
        for line in ids:
            do(s.parts, f"/v1/work-orders/{made['id']}/issue-parts", {"received_by": s.tech1.id, "lines": [line]})
            self.count("issues")
        self.count("out", 10)
        if n % 10 == 0:
            do(s.parts, "/v1/stock-documents", {"kind": "return", "reason": "return_from_order", "store_id": s.id, "received_by": s.parts.id,
                                                "lines": [{"work_order_line_id": ids[0], "quantity": 1}]})
            self.count("returns")
            self.count("in")
        if n % 10 == 1:
            path = f"/v1/core-deposits?store_id={s.id}&work_order_id={made['id']}"
            core = writer.caller.exchange(s.parts, "GET", path)[2]["data"][0]["id"]
            do(s.parts, f"/v1/core-deposits/{core}/collect", {})
            do(s.parts, f"/v1/core-deposits/{core}/send", {"supplier_id": self.supplier})
            self.count("cores")

    def send(self, writer):
        with self.lock:
            here = self.dice.randrange(2)
            part, n = self.dice.choice(self.parts), self.dice.randint(1, 2)
        gets, gives, do = self.shops[here].store, self.shops[1 - here].store, writer.do
        made = do(gets.parts, "/v1/transfers", {"store_id": gets.id, "from_store_id": gives.id, "lines": [{"part_id": part, "quantity": n}]})
        for who, verb in ((gives.manager, "approve"), (gives.parts, "ship"), (gets.parts, "receive")):
            do(who, f"/v1/transfers/{made['id']}/{verb}")
        self.count("transfers")

    def close(self, writer):
        """The last day: every shelf of a store is counted, five differ; and damaged pieces go back."""
        s, do = self.shops[0].store, writer.do
        made = do(s.manager, "/v1/stocktakes", {"store_id": s.id, "part_ids": self.parts})
        path = f"/v1/stocktakes/{made['id']}"
        do(s.manager, path + "/freeze")
        there = {}
        for part in self.parts:
            [level] = writer.caller.exchange(s.manager, "GET", f"/v1/stock-levels?store_id={s.id}&part_id={part}")[2]["data"]
            there[part] = level["on_hand"]
        wrong = {part: (-1) ** n for n, part in enumerate(self.parts[:5])}
        do(s.parts, path + "/count", {"lines": [{"part_id": part, "quantity": there[part] + wrong.get(part, 0)} for part in self.parts]})
        do(s.parts, path + "/submit")
        do(s.manager, path + "/audit", {"reasons": [{"part_id": part, "reason": "miscount"} for part in wrong]})
        self.count("in", sum(wrong.values()))
        back = do(s.parts, "/v1/stock-documents", {"kind": "supplier_return", "reason": "damage", "store_id": s.id, "supplier_id": self.supplier,
                                                   "lines": [{"part_id": self.parts[7], "quantity": 5, "unit_cost": 1000}]})
        do(s.manager, f"/v1/stock-documents/{back['id']}/audit")
        self.count("out", 5)

    def happen(self, port, journal):
        load = Load(port, [], journal)
        begin = Writer(load, self.shops[0], None)
        for shop in self.shops:
            self.deliver(begin, shop, [(part, self.each) for part in self.parts])
        people = [Writer(load, shop, self.next) for shop in self.shops * 4]
        for person in people:
            person.start()
        for person in people:
            person.join()
        self.close(begin)
        begin.caller.close()

    def there(self, cluster):
        """All pieces of these parts."""
        return cluster.sql("SELECT sum(on_hand) FROM stock_level WHERE part_id = ANY (%s::uuid[])", (self.parts,))[0][0]
