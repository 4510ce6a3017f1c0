-- Voice of the customer: the consumers of events, the first survey, and the indexes of what is counted by day.

INSERT INTO event_consumer (name, position, at) VALUES ('surveys', '0', '2026-01-01 00:00+00'), ('kpis', '0', '2026-01-01 00:00+00');

INSERT INTO survey_template (id, code, name, created_at, updated_at)
VALUES ('019b76da-a800-7000-8000-000000000001', 'default', '交车回访', '2026-01-01 00:00+00', '2026-01-01 00:00+00');
INSERT INTO survey_question (id, template_id, position, kind, min, max, text_en, text_zh, required)
VALUES ('019b76da-a800-7000-8000-000000000011', '019b76da-a800-7000-8000-000000000001', 1, 'score', 1, 10,
        'How satisfied are you with this visit?', '您对本次服务的总体满意度？', true),
       ('019b76da-a800-7000-8000-000000000012', '019b76da-a800-7000-8000-000000000001', 2, 'nps', 0, 10,
        'How likely are you to recommend us to a friend?', '您有多大可能向朋友推荐我们？', true),
       ('019b76da-a800-7000-8000-000000000013', '019b76da-a800-7000-8000-000000000001', 3, 'text', NULL, NULL,
        'What could we do better?', '您对我们有什么建议？', false);

CREATE UNIQUE INDEX survey_link_key ON survey (link_id);
CREATE INDEX survey_completed_idx ON survey (store_id, completed_at) WHERE completed_at IS NOT NULL;
CREATE INDEX survey_waiting_idx ON survey (sent_at) WHERE status IN ('sent', 'opened');
CREATE INDEX work_order_delivered_idx ON work_order (store_id, delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX settlement_issued_idx ON settlement (store_id, issued_at) WHERE issued_at IS NOT NULL;
