-- What was typed of a part, as the search keys have it: lower case, full-width forms made plain, marks left out.
CREATE OR REPLACE FUNCTION part_key(typed text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(lower(translate(typed,
	'０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ　－．／＿',
	'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')),
	'[\s!-/:-@\[-`{-~·•]', '', 'g');
