# ruff: noqa: E501 - commands stand as on the pages
"""Commands and answers as they stand on the vendors' pages.

Where the page shows a placeholder (an id, a path of a file), the test puts a real one
into its place; `[email protected]`, which is what an e-mail filter left of
`file=@audio.mp3`, is written out.
"""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    """A command of a page, and the answer that the page shows for it."""

    vendor: str
    command: str
    answer: str
    optional: tuple[str, ...] = ()
    """Members of the shown answer that depend on what was asked for."""


RECEIPT = '{"success": true, "task_id": "uuid_task_id", "ec_remain_credits": 100}'

SAMPLES = {
    "kingcong speech": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1/text-to-speech/$voice_id?output_format=mp3_44100_128" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" \
-d '{
"text": "The first move is what sets everything in motion.",
"model_id": "eleven_multilingual_v2",
"with_transcript": false,
"receive_url": "http://your-webhook-endpoint"
}'""",
        RECEIPT,
    ),
    "kingcong dubbing": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1/task/dubbing" \
-H "xi-api-key: $API_KEY" \
-H "Content-Type: multipart/form-data" \
-F file=@audio.mp3 \
-F num_speakers="0" \
-F disable_voice_cloning="false" \
-F source_lang="auto" \
-F target_lang="vi" \
-F receive_url="http://your-webhook-endpoint" """,
        RECEIPT,
    ),
    "kingcong transcription": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1/task/speech-to-text" \
-H "xi-api-key: $API_KEY" \
-H "Content-Type: multipart/form-data" \
-F file=@audio.mp3 \
-F receive_url="http://your-webhook-endpoint" """,
        RECEIPT,
    ),
    "kingcong models": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1/models" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" """,
        """{"models": [{"model_id": "eleven_multilingual_v2",
"name": "Eleven Multilingual v2", "can_be_finetuned": false,
"can_do_text_to_speech": true, "can_do_voice_conversion": true,
"languages": ["en", "es", "fr", "de", "it", "pt", "pl", "hi", "ar"]}]}""",
    ),
    "kingcong voices": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v2/voices" \
-H "xi-api-key: $API_KEY" """,
        '{"voices": [], "has_more": true, "total_count": 1}',
    ),
    "kingcong shared voices": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1/shared-voices" \
-H "xi-api-key: $API_KEY" """,
        '{"voices": [], "has_more": true}',
    ),
    "kingcong config": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1m/common/config" \
-H "xi-api-key: $API_KEY" """,
        "{}",
    ),
    "kingcong MiniMax speech": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1m/task/text-to-speech" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" \
-d '{
"text": "Hello, this is a test message for text-to-speech conversion.",
"model": "speech-2.6-hd",
"voice_setting": {
"voice_id": "209533299589184",
"vol": 1,
"pitch": 0,
"speed": 1
},
"language_boost": "Auto",
"with_transcript": false,
"receive_url": "http://your-webhook-endpoint"
}'""",
        RECEIPT,
    ),
    "kingcong clone": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1m/voice/clone" \
-H "xi-api-key: $API_KEY" \
-H "Content-Type: multipart/form-data" \
-F file=@audio_sample.mp3 \
-F voice_name="My Voice" \
-F preview_text="Hello world" \
-F language_tag="English" \
-F need_noise_reduction=true \
-F gender_tag="male" """,
        '{"success": true, "cloned_voice_id": 12345}',
    ),
    "kingcong delete clone": Sample(
        "kingcong",
        r"""curl -X DELETE "https://api.kingcongstudio.com/v1m/voice/clone/$voice_clone_id" \
-H "xi-api-key: $API_KEY" """,
        '{"success": true}',
    ),
    "kingcong clones": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1m/voice/clone" \
-H "xi-api-key: $API_KEY" """,
        "{}",
    ),
    "kingcong MiniMax voices": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1m/voice/list" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" \
-d '{
"page": 1,
"page_size": 30,
"tag_list": []
}'""",
        "{}",
    ),
    "kingcong music": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1m/task/music-generation" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" \
-d '{
"title": "My Song Title",
"idea": "A relaxing jazz piece for a quiet evening",
"n": 1,
"style_id": "8",
"mood_id": "5",
"scenario_id": "5",
"rewrite_idea_switch": false,
"receive_url": "http://your-webhook-endpoint"
}'""",
        RECEIPT,
    ),
    "kingcong purchase": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1p/proxy/purchase" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" \
-d '{
"ttl": 10,
"quantity": 5
}'""",
        """{"success": true, "data": {"purchased_proxies": [{"id": 1,
"proxy": "http://user:pass@host:port", "socks5": {"host": "host", "port": 1080,
"username": "user", "password": "pass"}, "ttl_minutes": 60, "credit_cost": 1250,
"expires_at": "2025-01-01T00:00:00.000Z"}], "total_cost": 6250, "total_purchased": 5,
"requested_quantity": 5, "refunded_credits": 0, "unavailable_proxies": 0}}""",
    ),
    "kingcong purchases": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1p/proxy/purchases" \
-H "xi-api-key: $API_KEY" """,
        '{"success": true, "data": {"purchases": [], "total": 1}}',
    ),
    "kingcong task": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1/task/$task_id" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" """,
        """{"id": "uuid_task_id", "created_at": "2025-01-01T00:00:00.000Z",
"status": "doing", "error_message": null, "credit_cost": 1, "metadata": {
"audio_url": "https://example.com/audio.mp3",
"srt_url": "https://example.com/audio.srt",
"json_url": "https://example.com/audio.json"}, "progress": 60, "type": "tts"}""",
        optional=("srt_url", "json_url"),
    ),
    "kingcong tasks": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1/tasks?page=1&limit=20&type=tts" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" """,
        """{"success": true, "data": [{"id": "uuid_task_id",
"created_at": "2025-01-01T00:00:00.000Z", "status": "doing", "error_message": null,
"credit_cost": 1, "metadata": {"audio_url": "https://example.com/audio.mp3",
"srt_url": "https://example.com/audio.srt"}, "type": "tts", "progress": 60}],
"page": 1, "limit": 20, "total": 42}""",
        optional=("srt_url",),
    ),
    "kingcong delete task": Sample(
        "kingcong",
        r"""curl -X POST "https://api.kingcongstudio.com/v1/task/delete" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" \
--data-raw '{"task_ids":["uuid_task_id"]}'""",
        '{"success": true, "refund_credits": 100}',
    ),
    "kingcong credits": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1/credits" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" """,
        '{"success": true, "credits": 123}',
    ),
    "kingcong health": Sample(
        "kingcong",
        r"""curl "https://api.kingcongstudio.com/v1/health-check" \
-H "Content-Type: application/json" \
-H "xi-api-key: $API_KEY" """,
        '{"success": true, "data": {"elevenlabs": "good", "minimax": "good"}}',
    ),
    "voiceclone clone": Sample(
        "voiceclone",
        r"""curl -X POST https://your-domain.com/api/v1/voice-clone \
-H "Authorization: Bearer YOUR_API_KEY" \
-F "voice=@/path/to/voice.mp3" \
-F "title=My Voice Clone" \
-F "description=A custom voice description" \
-F "coverImage=https://example.com/cover.jpg" \
-F 'tags=["male","young","energetic"]'""",
        """{"success": true, "voiceId": "clxxxx", "voice": {"id": "clxxxx",
"title": "My Voice Clone", "description": "A custom voice description",
"coverImage": "https://example.com/cover.jpg",
"audioUrl": "https://your-storage.com/voices/user123/1234567890-voice.mp3",
"duration": 125.3, "tags": ["male", "young"],
"createdAt": "2024-01-01T00:00:00.000Z"}}""",
    ),
    "voiceclone clone, file only": Sample(
        "voiceclone",
        r"""curl -X POST https://your-domain.com/api/v1/voice-clone \
-H "Authorization: Bearer YOUR_API_KEY" \
-F "voice=@/path/to/voice.mp3" """,
        '{"success": true, "voiceId": "clxxxx", "voice": {"id": "clxxxx"}}',
    ),
    "voiceclone voices": Sample(
        "voiceclone",
        r"""curl -X GET "https://your-domain.com/api/v1/voices?page=1&limit=20&status=COMPLETED" \
-H "Authorization: Bearer YOUR_API_KEY" """,
        """{"success": true, "voices": [{"id": "clxxxx", "title": "My Voice Clone",
"description": "A custom voice description",
"audioUrl": "https://your-storage.com/voices/user123/voice.mp3", "duration": 125,
"status": "COMPLETED", "type": "USER", "isPublic": false, "popularity": 0,
"tags": ["male", "young"], "usageCount": 15, "createdAt": "2024-01-01T00:00:00.000Z",
"updatedAt": "2024-01-01T00:00:00.000Z"}], "pagination": {"page": 1, "limit": 20,
"total": 1, "totalPages": 1, "hasNext": false, "hasPrev": false}}""",
    ),
    "voiceclone speech": Sample(
        "voiceclone",
        r"""curl -X POST https://your-domain.com/api/v1/tts \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"text": "Hello, this is a test speech.",
"voiceId": "clxxxx",
"format": "mp3"
}'""",
        """{"success": true, "speechId": "clxxxx", "creditsUsed": 29, "speech": {
"id": "clxxxx", "text": "Hello, this is a test speech.", "format": "mp3",
"status": "PROCESSING", "creditsUsed": 29,
"createdAt": "2024-01-01T00:00:00.000Z"}}""",
    ),
    "voiceclone status": Sample(
        "voiceclone",
        r"""curl -X GET https://your-domain.com/api/v1/tts/clxxxx \
-H "Authorization: Bearer YOUR_API_KEY" """,
        """{"success": true, "speech": {"id": "clxxxx",
"text": "Hello, this is a test speech.",
"audioUrl": "https://your-storage.com/speeches/user123/speech.mp3", "format": "mp3",
"duration": 3.5, "status": "COMPLETED", "creditsUsed": 29,
"createdAt": "2024-01-01T00:00:00.000Z", "updatedAt": "2024-01-01T00:00:15.000Z",
"voice": {"id": "clxxxx", "title": "My Voice", "type": "USER"}}}""",
    ),
    "voiceclone credits": Sample(
        "voiceclone",
        r"""curl -X GET https://your-domain.com/api/v1/credits \
-H "Authorization: Bearer YOUR_API_KEY" """,
        """{"success": true, "credits": 5000, "breakdown": {"regular": 3000,
"permanent": 2000, "resetAt": "2024-02-01T00:00:00.000Z"}}""",
    ),
    "kling speech": Sample(
        "kling",
        r"""curl --request POST \
  --url https://api-singapore.klingai.com/v1/audio/tts \
  --header 'Authorization: Bearer <token>' \
  --header 'Content-Type: application/json' \
  --data '{
    "text": "Throughout my time in college, several memorable event left a significant impact on my life",
    "voice_id": "oversea_male1",
    "voice_language": "en",
    "voice_speed": 1
  }'""",
        """{"code": 0, "message": "string", "request_id": "string", "data": {
"task_id": "string", "task_status": "string", "task_status_msg": "string",
"task_result": {"audios": [{"id": "string", "url": "string", "duration": "string"}]},
"final_unit_deduction": "string", "created_at": 1722769557708,
"updated_at": 1722769557708}}""",
    ),
    "kie speech": Sample(
        "kie",
        r"""curl -X POST "https://api.kie.ai/api/v1/jobs/createTask" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -d '{
    "model": "elevenlabs/text-to-speech-turbo-2-5",
    "callBackUrl": "https://your-domain.com/api/callback",
    "input": {
      "text": "Unlock powerful API with Kie.ai! Affordable, scalable APl integration, free trial playground, and secure, reliable performance.",
      "voice": "Rachel",
      "stability": 0.5,
      "similarity_boost": 0.75,
      "style": 0,
      "speed": 1,
      "timestamps": false
    }
}'""",
        '{"code": 200, "message": "success", "data": {"taskId": "task_12345678"}}',
    ),
    "kie sound effect": Sample(
        "kie",
        r"""curl -X POST "https://api.kie.ai/api/v1/jobs/createTask" \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -d '{
    "model": "elevenlabs/sound-effect-v2",
    "callBackUrl": "https://your-domain.com/api/callback",
    "input": {
      "loop": false,
      "prompt_influence": 0.3,
      "output_format": "mp3_44100_128"
    }
}'""",
        '{"code": 200, "message": "success", "data": {"taskId": "task_12345678"}}',
    ),
    "akool create": Sample(
        "akool",
        r"""curl --location 'https://openapi.akool.com/api/open/v3/audio/create' \
--header "x-api-key: {{API Key}}" \
--header 'Content-Type: application/json' \
--data '{ "input_text": "Choose from male and female voices for various use-cases. For tailored options, refer to voice settings or read further.There are both male and female voices to choose from", "voice_id": "LcfcDJNUP1GQjkzn1xUU", "rate": "100%", "webhookUrl":""}'""",
        """{"code": 1000, "msg": "OK", "data": {"_id": "65f8017f56559aa67f0ecde7",
"create_time": 1710752127995, "uid": 101690, "from": 3, "input_text": "Choose",
"rate": "100%", "voice_model_id": "65e980d7af040969db5be854",
"url": "https://drz0f01yeq1cx.cloudfront.net/x.mp3", "status": 3, "__v": 0}}""",
    ),
    "akool clone": Sample(
        "akool",
        r"""curl --location 'https://openapi.akool.com/api/open/v3/audio/clone' \
--header "x-api-key: {{API Key}}" \
--header 'Content-Type: application/json' \
--data '{ "input_text": "Hello, this is Akool'\''s AI platform!", "rate": "100%", "voice_url":"https://drz0f01yeq1cx.cloudfront.net/1713168740392-4022bc91-5502-4e79-a66a-8c45b31792e4-4867.mp3", "webhookUrl":""}'""",
        """{"code": 1000, "msg": "OK", "data": {"create_time": 1712113285547,
"from": 3, "input_text": "Hello, this is Akool's AI platform!", "rate": "100%",
"voice_model_id": "65e813955daad44c2267380d",
"url": "https://drz0f01yeq1cx.cloudfront.net/x.mp3", "status": 3,
"_id": "660cc685b0950b5bf9bf4b55"}}""",
    ),
}

HOSTS = {
    "kingcong": "https://api.kingcongstudio.com",
    "voiceclone": "https://your-domain.com/api/v1",
    "kling": "https://api-singapore.klingai.com",
    "kie": "https://api.kie.ai",
    "akool": "https://openapi.akool.com",
}
KEYS = ("$API_KEY", "YOUR_API_KEY", "<token>", "{{API Key}}")
