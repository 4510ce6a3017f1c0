-- For `fettled verify`: drives belong to what was agreed, and loaner cars have what they came back with.

-- name: verify_transport   unnamed
SELECT st.code AS store_code, 'transport ' || t.id AS subject, 'open drives' AS what, '0' AS expected, count(*)::text AS found
  FROM transport t
  JOIN drive d ON d.transport_id = t.id AND d.status IN ('planned', 'assigned', 'started')
  JOIN store st ON st.id = t.store_id
 WHERE t.status = 'cancelled' OR t.mode NOT IN ('pick_up', 'pick_up_and_delivery') OR t.mode = 'pick_up' AND d.kind = 'delivery'
 GROUP BY st.code, t.id
UNION ALL
SELECT st.code, 'loaner car ' || c.plate, 'kilometres, at least', max(l.odometer_in_km)::text, c.odometer_km::text
  FROM loaner_car c
  JOIN loan l ON l.loaner_car_id = c.id
  JOIN store st ON st.id = c.store_id
 GROUP BY st.code, c.id
HAVING max(l.odometer_in_km) > c.odometer_km
 ORDER BY store_code, subject;
