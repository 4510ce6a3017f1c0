-- What fits a car is found by its make and model at once, and in the index alone.
DROP INDEX part_fitment_make_idx;
CREATE INDEX part_fitment_car_idx ON part_fitment (lower(make), lower(model), part_id) INCLUDE (make, model, year_from, year_to);
-- Those that fit are read in the order of their numbers; few of them are looked at.
CREATE INDEX part_id_number_idx ON part (id) INCLUDE (number_norm);
