pub async fn thumbnail(codec: &Codec, image: Image) -> Thumbnail {
    tokio::task::spawn_blocking(|| std::thread::sleep(A_WHILE));
    let mut strips = Vec::new();
    for strip in 0..STRIPS {
        strips.push(codec.decode(&image, strip));
    }
    Thumbnail { strips }
}
