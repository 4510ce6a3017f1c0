-- VIN decoding, from the reference tables.

-- name: vin_decode
-- :year is vin_model_year(), :year_latest vin_model_year_latest(); 0 when unknown.
-- The most telling pattern decides; two models with equally telling ones leave it open.
WITH code AS (
    SELECT CASE WHEN substr(:vin, 3, 1) = '9' THEN substr(:vin, 1, 3) || substr(:vin, 12, 3)
                ELSE substr(:vin, 1, 3) END AS wmi,
           substr(:vin, 4, 5) || '|' || substr(:vin, 10, 8) AS keys
), match AS (
    SELECT p.model, y.year,
           rank() OVER (ORDER BY y.year = CAST(:year AS integer) DESC, p.fixed DESC, p.classes DESC) AS place
      FROM code
      JOIN vpic_wmi_schema s ON s.wmi = code.wmi
      JOIN (SELECT CAST(:year AS integer) UNION SELECT CAST(:year_latest AS integer)) y (year)
        ON y.year BETWEEN s.year_from AND COALESCE(s.year_to, 9999)
      JOIN vpic_pattern p ON p.schema_id = s.schema_id
     WHERE code.keys LIKE p.shape
       AND (p.regex IS NULL OR code.keys ~ p.regex)
), best AS (
    SELECT CASE WHEN min(model) = max(model) THEN min(model) END AS model, min(year) AS year
      FROM match
     WHERE place = 1
)
SELECT CAST(:vin AS text) AS vin, code.wmi,
       COALESCE(cn.manufacturer_en, v.manufacturer) AS manufacturer,
       CASE WHEN cn.wmi IS NULL THEN COALESCE(v.make, m.make) ELSE cn.make_en END AS make,
       CASE WHEN cn.wmi IS NULL OR cn.make_en = COALESCE(v.make, m.make) THEN best.model END AS model,
       CASE WHEN best.year IS NOT NULL THEN best.year
            WHEN CAST(:year AS integer) = CAST(:year_latest AS integer)
              OR v.vehicle_type IN ('Passenger Car', 'Multipurpose Passenger Vehicle (MPV)')
            THEN NULLIF(CAST(:year AS integer), 0) END AS model_year,
       CASE WHEN cn.wmi IS NOT NULL THEN 'cn' WHEN v.wmi IS NOT NULL THEN 'vpic' END AS source
  FROM code
 CROSS JOIN best
  LEFT JOIN wmi_cn cn ON cn.wmi = code.wmi
  LEFT JOIN vpic_wmi v ON v.wmi = code.wmi
  LEFT JOIN vpic_model_make m ON m.model = best.model AND v.makes LIKE '%/%';
